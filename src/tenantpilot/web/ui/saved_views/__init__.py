"""Saved views of lists: what is stored, who sees it, and the menu on a list."""
