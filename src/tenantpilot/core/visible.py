"""Writing what has no picture so that people see it: `\\ud83d` for half a surrogate pair.

Graph sends such text, and it is stored as it came. No encoding takes it, so it is shown as JSON would write it.
"""

import re

_HALF = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """Return the text as it can be encoded: the same, but for halves of surrogate pairs, which are escaped."""
    return _HALF.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
