"""The tenants of a workspace, and the switcher."""
