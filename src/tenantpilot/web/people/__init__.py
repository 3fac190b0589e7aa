"""People of a workspace, members of a tenant, and the links that let them in."""
