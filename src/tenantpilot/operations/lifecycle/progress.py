"""The progress of a run, whatever a handler reports (OPS-22)."""

from dataclasses import dataclass
from typing import Any

MAX = 2**53


@dataclass(frozen=True)
class Progress:
    """Determinate only when both numbers are known and total > 0.

    What was done is never taken back, and it is the whole only when nothing remains. `highest` is the
    most that was ever done, `ended` the last total of which all was done.
    """

    processed: int | None = None
    total: int | None = None
    highest: int = 0
    ended: int = 0

    def advanced(self, processed: Any, total: Any) -> "Progress":
        """Return the next state. What is no whole number from 0 up counts as not known."""
        done, total_count = _count(processed), _count(total)
        if done is None or not total_count:
            return Progress(None, None, self.highest, self.ended)
        processed_ = max(self.highest, min(done, total_count))
        ended = total_count if done >= total_count else self.ended
        remains = 0 if ended == total_count == processed_ else max(total_count - done, 0)
        # More may have been done before than the new total has: what remains of it comes on top.
        total_ = total_count if processed_ < total_count else processed_ + remains
        return Progress(processed_, total_, processed_, ended)


def _count(value: Any) -> int | None:
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX
    return value if valid else None
