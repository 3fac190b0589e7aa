"""Workspaces, as those who run the installation manage them."""
