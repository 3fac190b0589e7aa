"""Restores: what was chosen is written back to a tenant, exactly as a preview has shown it."""
