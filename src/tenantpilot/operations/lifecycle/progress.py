"""How far a run is, whatever a handler reports (OPS-22)."""

from dataclasses import dataclass
from typing import Any

MAX = 2**53


@dataclass(frozen=True)
class Progress:
    """Determinate only when both numbers are known and total > 0.

    What was done is never taken back, and it is the whole only when nothing remains. `reached` is the
    most that was ever done, `ended` the last total of which all was done.
    """

    processed: int | None = None
    total: int | None = None
    reached: int = 0
    ended: int = 0

    def advanced(self, processed: Any, total: Any) -> "Progress":
        """The next state. What is no whole number from 0 up counts as not known."""
        done, whole = _count(processed), _count(total)
        if done is None or not whole:
            return Progress(None, None, self.reached, self.ended)
        reached = max(self.reached, min(done, whole))
        ended = whole if done >= whole else self.ended
        remains = 0 if ended == whole == reached else max(whole - done, 0)
        # More may have been done before than the new total has: what remains of it comes on top.
        shown = whole if reached < whole else reached + remains
        return Progress(reached, shown, reached, ended)


def _count(value: Any) -> int | None:
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX
    return value if valid else None
