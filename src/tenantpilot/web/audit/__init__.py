"""The audit log of a tenant and of a workspace."""
