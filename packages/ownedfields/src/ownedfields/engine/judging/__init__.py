"""Decide which writes count, and collect the hits."""
