"""The way in, and a person's preferences."""
