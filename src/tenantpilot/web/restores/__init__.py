"""Restores: choosing what to restore, seeing what it would do, confirming it, and what came of it."""
