"""The query options of a request, read once.

Source: https://learn.microsoft.com/graph/query-parameters
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from intunesim.errors import bad_request

KNOWN = frozenset(
    {
        "$select",
        "$filter",
        "$expand",
        "$top",
        "$skip",
        "$orderby",
        "$count",
        "$search",
        "$skiptoken",
        "$deltatoken",
        "$format",
    }
)


@dataclass(frozen=True)
class Expand:
    """A navigation property to include, with the options in its parentheses."""

    name: str
    select: tuple[str, ...] = ()
    expand: tuple["Expand", ...] = ()


@dataclass(frozen=True)
class Query:
    """The query options of a request."""

    select: tuple[str, ...] = ()
    filter: str = ""
    expand: tuple[Expand, ...] = ()
    top: int | None = None
    skip: int = 0
    orderby: str = ""
    count: bool = False
    search: str = ""
    skiptoken: str = ""
    deltatoken: str | None = None
    raw: dict[str, str] = field(default_factory=dict)


def parse_query(text: str) -> Query:
    """Read the query string of a request. Raises 400 for an option that makes no sense."""
    # IntuneCD doubles the question mark in one place, and Graph does not mind.
    options = {_canonical(name): value for name, value in parse_qsl(text.lstrip("?"), keep_blank_values=True)}
    return Query(
        select=_names(options.get("$select", "")),
        filter=options.get("$filter", ""),
        expand=parse_expand(options.get("$expand", "")),
        top=_number("$top", options),
        skip=_number("$skip", options) or 0,
        orderby=options.get("$orderby", ""),
        count=options.get("$count", "").lower() == "true",
        search=options.get("$search", ""),
        skiptoken=options.get("$skiptoken", ""),
        deltatoken=options.get("$deltatoken"),
        raw=options,
    )


def _canonical(name: str) -> str:
    """Options may be written without their dollar, and in any spelling of case."""
    lowered = name.lower()
    if lowered in KNOWN:
        return lowered
    if f"${lowered}" in KNOWN:
        return f"${lowered}"
    if lowered.startswith("$"):
        error = bad_request(f"The query parameter '{name}' is not supported.")
        error.unknown = f"option {name}"
        raise error
    return name


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _number(option: str, options: dict[str, str]) -> int | None:
    if option not in options:
        return None
    value = options[option]
    if not value.isdigit():
        raise bad_request(
            f"Invalid value '{value}' for {option} query option found. A non-negative integer was expected."
        )
    return int(value)


def parse_expand(text: str) -> tuple[Expand, ...]:
    """Return the navigation properties of an $expand, options in parentheses included."""
    return tuple(_one_expand(part) for part in _split(text, ",") if part)


def _one_expand(text: str) -> Expand:
    name, _, rest = text.partition("(")
    options = dict(_option(part) for part in _split(rest.removesuffix(")"), ";") if part)
    return Expand(
        name=name.strip(),
        select=_names(options.get("$select", "")),
        expand=parse_expand(options.get("$expand", "")),
    )


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator, but not inside parentheses."""
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == separator and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += sign
    return [*parts, current.strip()]
