"""Edges: parse, one call, answer."""
