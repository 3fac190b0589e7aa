"""Backups of TenantPilot's own data: written while it works, verified, and restored into an empty installation."""
