"""The connection check: the rights of a tenant's application, type by type."""
