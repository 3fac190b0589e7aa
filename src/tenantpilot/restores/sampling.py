"""Choosing the policies that a drill looks at: the same for the same seed, and some of every type."""

import hashlib
from collections import Counter
from collections.abc import Iterable


def sample_of(candidates: Iterable[tuple[int, str]], size: int, seed: str) -> list[int]:
    """Return at most `size` keys of (key, type): all where there are no more, else one of each type before others."""
    shuffled = sorted(candidates, key=lambda candidate: _place(candidate[0], seed))
    rank: Counter[str] = Counter()
    ranked: list[tuple[bool, int]] = []
    for key, policy_type in shuffled:
        ranked.append((rank[policy_type] > 0, key))
        rank[policy_type] += 1
    first_of_type_first = sorted(ranked, key=lambda entry: entry[0])
    return [key for _is_further, key in first_of_type_first[:size]]


def _place(key: int, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}/{key}".encode()).digest()
