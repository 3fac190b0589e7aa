"""Guards of the operations contract that are about this product alone (GUARD-D, GUARD-E).

What holds for any code base (GUARD-A to GUARD-C) is configured in `pyproject.toml` for `ownedfields`.
"""
