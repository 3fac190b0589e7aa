"""Statistics of a tenant's operations."""
