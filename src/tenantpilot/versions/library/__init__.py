"""Libraries: policies from files, kept in a workspace and belonging to no tenant."""
