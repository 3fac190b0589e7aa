"""Bulk operations: the frozen set of items of a run, each with what became of it."""
