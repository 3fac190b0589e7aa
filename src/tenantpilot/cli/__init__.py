"""`tenantpilot`: for people at a shell, and for the processes of a deployment."""
