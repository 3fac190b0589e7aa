"""JSON as Graph reads and writes it, which is stricter and more tolerant than Python's."""

import json
from math import isfinite

from intunesim.json_types import Json

MOST_LEVELS = 100
"""Graph's reader of OData goes no deeper."""


class NotJson(ValueError):
    """It is no JSON, or deeper than is read."""


def written(value: Json) -> bytes:
    """Return JSON in UTF-8; half a surrogate pair, which has no UTF-8, is escaped, as Graph does it."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def read(content: bytes) -> Json:
    """Return the content of a body. Raises NotJson: also for NaN, numbers out of range and too many levels."""
    try:
        value = json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise NotJson("the body is no JSON") from error
    level = [value]
    for _number in range(MOST_LEVELS):
        level = [inner for holder in level for inner in _inside(holder)]
    if level:
        raise NotJson(f"the body is nested more than {MOST_LEVELS} levels deep")
    return value


def _inside(holder: Json) -> list[Json]:
    if isinstance(holder, dict):
        return list(holder.values())
    return holder if isinstance(holder, list) else []


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)
