"""Reads Python the way a careful reviewer would: scope by scope, statement by statement."""

from ownedfields.engine import call_sites, calls, expressions, functions, library, statements

__all__ = ["call_sites", "calls", "expressions", "functions", "library", "statements"]
