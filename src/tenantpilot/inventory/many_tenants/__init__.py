"""Syncs of many tenants of a workspace, started by one operation."""
