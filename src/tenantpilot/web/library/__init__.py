"""The libraries of a workspace: policies from files."""
