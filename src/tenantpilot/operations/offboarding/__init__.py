"""A tenant or workspace that leaves: archived, brought back, removed for good."""
