"""$filter: from text to a question that an object answers.

Source: https://learn.microsoft.com/graph/filter-query-parameter
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from intunesim.errors import GraphError, bad_request
from intunesim.json_types import Json, JsonObject
from intunesim.odata.names import Resolve
from intunesim.odata.tokens import Token, tokenize

Scope: TypeAlias = JsonObject
Term: TypeAlias = Callable[[Scope], Json]
Condition: TypeAlias = Callable[[JsonObject], bool]
TypeTest: TypeAlias = Callable[[JsonObject, str], bool]

COMPARISONS: dict[str, Callable[[Json, Json], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
TEXT_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "contains": lambda text, part: part in text,
}
OPERATORS = frozenset({*COMPARISONS, "in", "has"})
RESERVED = frozenset({*OPERATORS, "and", "or", "not"})
CONSTANTS: dict[str, Json] = {"true": True, "false": False, "null": None}


def as_written(path: str) -> str:
    """Return a path as it is, where nobody knows the type."""
    return path


def parse_filter(text: str, is_of: TypeTest, resolve: Resolve = as_written) -> Condition:
    """The condition that a $filter states; `resolve` spells its paths. Raises 400 for what cannot be understood."""
    parser = _Parser(tokenize(text), text, is_of, resolve)
    try:
        condition = parser.either()
        parser.finish()
    except IndexError:
        raise bad_request(f"Invalid filter clause: '{text}' ends too early.") from None
    return condition


class _Parser:
    """Recursive descent: or, and, not, then comparisons and functions."""

    def __init__(self, tokens: list[Token], text: str, is_of: TypeTest, resolve: Resolve) -> None:
        self._tokens = tokens
        self._text = text
        self._is_of = is_of
        self._resolve = resolve
        self._at = 0
        self._variables: list[str] = []

    def finish(self) -> None:
        if self._at != len(self._tokens):
            raise self._refusal(f"unexpected '{self._tokens[self._at].text}'")

    def either(self) -> Condition:
        parts = [self._both()]
        while self._accept("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)

    def _both(self) -> Condition:
        parts = [self._negated()]
        while self._accept("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def _negated(self) -> Condition:
        if self._accept("not"):
            inner = self._negated()
            return lambda item: not inner(item)
        return self._comparison()

    def _comparison(self) -> Condition:
        if self._peek() == "(":
            return self._in_parentheses()
        if (function := self._peek()) in TEXT_FUNCTIONS and self._peek(1) == "(":
            return self._text_function(function)
        if function == "isof" and self._peek(1) == "(":
            return self._type_test()
        if self._is_lambda():
            return self._lambda()
        return self._compare(self._term())

    def _in_parentheses(self) -> Condition:
        """Return a condition in parentheses, or a path: some clients write `(microsoft.graph.managedApp/x) eq null`."""
        is_path = self._peek(2) == ")" and self._peek(3).lower() in OPERATORS
        self._expect("(")
        if is_path:
            term = self._term()
            self._expect(")")
            return self._compare(term)
        inner = self.either()
        self._expect(")")
        return inner

    def _compare(self, left: Term) -> Condition:
        if self._at == len(self._tokens) or self._peek() in (")", "and", "or"):
            return lambda item: left(item) is True
        operator = self._next().text.lower()
        if operator == "in":
            return self._member_of(left)
        if operator == "has":
            flags = self._term()
            return lambda item: _flags(flags(item)) <= _flags(left(item))
        if operator not in COMPARISONS:
            raise self._refusal(f"'{operator}' is not an operator")
        compare, right = COMPARISONS[operator], self._term()
        return lambda item: _compared(compare, left(item), right(item))

    def _member_of(self, left: Term) -> Condition:
        self._expect("(")
        choices = [self._term()]
        while self._accept(","):
            choices.append(self._term())
        self._expect(")")
        return lambda item: any(_compared(COMPARISONS["eq"], left(item), choice(item)) for choice in choices)

    def _text_function(self, name: str) -> Condition:
        self._at += 2
        text = self._term()
        self._expect(",")
        part = self._term()
        self._expect(")")
        holds = TEXT_FUNCTIONS[name]
        # Some clients write `startswith(name,'x') eq true`.
        if self._accept("eq"):
            pattern = self._term()
            return lambda item: holds(_lower(text(item)), _lower(part(item))) is pattern(item)
        return lambda item: holds(_lower(text(item)), _lower(part(item)))

    def _type_test(self) -> Condition:
        self._at += 2
        type_name = self._next().text.strip("'")
        self._expect(")")
        return lambda item: self._is_of(item, type_name.removeprefix("#"))

    def _is_lambda(self) -> bool:
        name = self._peek()
        return self._peek(1) == "(" and name.endswith(("/any", "/all"))

    def _lambda(self) -> Condition:
        written, quantifier = self._next().text.rsplit("/", 1)
        path = self._path(written)
        self._expect("(")
        if self._accept(")"):
            return lambda item: bool(_value_at(item, path))
        variable = self._next().text
        self._expect(":")
        self._variables.append(variable)
        inner = self.either()
        self._variables.pop()
        self._expect(")")
        combine = any if quantifier == "any" else all
        return lambda item: combine(inner({**item, variable: element}) for element in _value_at(item, path) or [])

    def _term(self) -> Term:
        token = self._next()
        if token.text.lower() in RESERVED:
            raise self._refusal(f"unexpected '{token.text}'")
        if token.kind == "word" and token.text in ("tolower", "toupper") and self._accept("("):
            inner = self._term()
            self._expect(")")
            return lambda item: _lower(inner(item))
        if token.kind == "word" and token.text not in CONSTANTS:
            path = self._path(token.text)
            return lambda item: _value_at(item, path)
        constant = self._constant(token)
        return lambda _item: constant

    def _path(self, text: str) -> str:
        """Return a path in its declared spelling; what begins with the variable of a lambda stays as it is."""
        return text if text.split("/")[0] in self._variables else self._resolve(text)

    def _constant(self, token: Token) -> Json:
        if token.kind == "enum":
            return token.text.partition("'")[2].removesuffix("'")
        if token.kind == "string":
            return token.text[1:-1].replace("''", "'")
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        if token.kind in ("datetime", "guid"):
            return token.text
        if token.text in CONSTANTS:
            return CONSTANTS[token.text]
        raise self._refusal(f"unexpected '{token.text}'")

    def _peek(self, ahead: int = 0) -> str:
        position = self._at + ahead
        return self._tokens[position].text if position < len(self._tokens) else ""

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._peek().lower() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._refusal(f"expected '{text}'")

    def _refusal(self, reason: str) -> GraphError:
        return bad_request(f"Invalid filter clause: {reason} in '{self._text}'.")


def _value_at(item: Json, path: str) -> Json:
    """Return the value at a path; a cast to a derived type is a segment that selects nothing else."""
    for segment in path.split("/"):
        if segment.startswith("microsoft.graph."):
            continue
        if not isinstance(item, dict):
            return None
        item = item.get(segment)
    return item


def _compared(compare: Callable[[Json, Json], bool], left: Json, right: Json) -> bool:
    """Compare as OData does: text without regard to case, times as times, null equal to null only."""
    left, right = _comparable(left), _comparable(right)
    if left is None or right is None:
        return compare(left, right) if compare in (COMPARISONS["eq"], COMPARISONS["ne"]) else False
    if type(left) is not type(right) and not (isinstance(left, int | float) and isinstance(right, int | float)):
        left, right = str(left).lower(), str(right).lower()
    return compare(left, right)


def _comparable(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    if len(value) >= 10 and value[:4].isdigit() and value[4] == "-":
        try:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00") if "T" in value else f"{value}T00:00:00+00:00")
        except ValueError:
            return value.lower()
        return moment.timestamp()
    return value.lower()


def _flags(value: Json) -> set[str]:
    """Return the members of a set of flags, written as text or as a list."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return {str(part).strip().lower() for part in parts if str(part).strip()}


def _lower(value: Json) -> str:
    return str(value).lower() if value is not None else ""
