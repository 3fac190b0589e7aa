"""Reads Python the way a careful reviewer would: scope by scope, statement by statement."""

from ownedfields.engine.libraries import library
from ownedfields.engine.reading import call_sites, calls, displays, expressions, functions, statements

__all__ = ["call_sites", "calls", "displays", "expressions", "functions", "library", "statements"]
