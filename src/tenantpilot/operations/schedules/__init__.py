"""Runs that start by the clock: a slot runs once, a missed one runs once (OPS-34)."""
