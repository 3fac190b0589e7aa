"""The workspaces of an installation, for those who run it. No page here names a tenant."""
