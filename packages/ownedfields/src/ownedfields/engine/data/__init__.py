"""The values that expressions have, as far as the guards care."""
