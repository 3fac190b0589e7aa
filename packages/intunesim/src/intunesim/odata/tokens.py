"""Cutting a $filter into its words."""

import re
from typing import NamedTuple

from intunesim.errors import bad_request

_PATTERN = re.compile(
    r"""\s*(?:
        (?P<enum>microsoft\.graph\.\w+'[^']*')
      | (?P<string>'(?:[^']|'')*')
      | (?P<datetime>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)
      | (?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_@$\#][\w.@$\#]*(?:/[A-Za-z_@$][\w.@$]*)*)
      | (?P<mark>[(),:/])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word of a filter and its kind."""

    kind: str
    text: str


def tokenize(text: str) -> list[Token]:
    """Return the words of a filter. Raises 400 for a sign that no filter has."""
    tokens: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _PATTERN.match(text, position)
        if match is None:
            raise bad_request(f"Invalid filter clause: syntax error at position {position} in '{text}'.")
        kind = match.lastgroup or "mark"
        tokens.append(Token(kind, match.group(kind)))
        position = match.end()
    return tokens
