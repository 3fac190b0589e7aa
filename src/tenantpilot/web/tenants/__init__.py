"""Tenants themselves: adding one, its name, archiving it, bringing it back, removing it for good."""
