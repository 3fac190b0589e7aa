"""Portable archives of backup sets: a ZIP inside age, which `age`, `unzip` and `sha256sum` read without TenantPilot."""
