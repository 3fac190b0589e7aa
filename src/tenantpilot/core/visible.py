"""Writing what has no picture so that people see it: `\\ud83d` for half a surrogate pair, `\\u202e` for a turned text.

Graph sends such text, and it is stored as it came. No encoding takes halves; the others are obeyed and not seen: a name
with U+202E in it reads backwards. They are shown as JSON would write them.
"""

import re

UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff"
)
"""Characters without a picture, as a part of a pattern: they steer, turn the direction of writing, or are halves."""
BLANK = "\u2423"
"""Stands for a blank where nothing but blanks is."""
_UNSEEN = re.compile(f"[{UNSEEN}]")
_NO_PICTURE = "\u2800\u3164\u115f\u1160\uffa0"


def visible(text: str) -> str:
    """Return the text as people can see it and it can be encoded: what has no picture is written as its escape."""
    return _UNSEEN.sub(_escape, text)


def visible_name(name: str) -> str:
    """Return the name; one of blanks alone is shown by as many open boxes, at most eight."""
    return name if name.strip().strip(_NO_PICTURE) or not name else BLANK * min(len(name), 8)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
