"""A tenant's overview."""
