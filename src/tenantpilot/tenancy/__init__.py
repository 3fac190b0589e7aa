"""Workspaces, tenants, people, roles, capabilities, credentials."""
