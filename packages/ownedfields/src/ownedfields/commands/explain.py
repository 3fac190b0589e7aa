"""`ownedfields explain ID`."""

from __future__ import annotations

import argparse

from ownedfields.config import ConfigError
from ownedfields.rules import BY_ID, RULES, explanation


def run(options: argparse.Namespace) -> int:
    """Print one rule's page, or the list of rules."""
    if options.rule is None:
        print("\n".join(f"{rule.id}  {rule.name:<24} {rule.summary}" for rule in RULES))
        return 0
    rule = BY_ID.get(options.rule.upper())
    if rule is None:
        raise ConfigError(f"there is no rule {options.rule}. `ownedfields explain` lists them.")
    print(explanation(rule))
    return 0
