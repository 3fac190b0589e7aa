"""Which rules of the operations contract a test names: `OPS-07` in its docstring, `ops_07` in its name."""

import re

RULE = re.compile(r"(?<![A-Za-z0-9])(OPS|SEC|UI|GUARD)[-_](\d\d|[A-I])(?![0-9A-Za-z])", re.I)


def rules_in(text: str) -> set[str]:
    """A list such as `OPS-01, OPS-02` names each."""
    return {f"{plane}-{number}".upper() for plane, number in RULE.findall(text)}
