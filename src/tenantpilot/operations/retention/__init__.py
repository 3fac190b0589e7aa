"""Removing old runs, by type and outcome: the one way in which history gets shorter."""
