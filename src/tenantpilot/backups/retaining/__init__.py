"""Retention: which sets of a schedule are kept, why, and when a shorter rule takes effect."""
