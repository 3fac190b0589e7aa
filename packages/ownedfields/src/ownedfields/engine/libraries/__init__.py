"""Evaluate calls of the standard library and of Django."""
