"""SQL in strings: which protected columns a statement writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ownedfields.engine.data.values import Text, Value, options_of
from ownedfields.engine.reading.frame import Frame

SHORTEST = len("copy a from b")
VERB = re.compile(r"\b(?:update|insert|replace|merge|copy)\b", re.IGNORECASE)
INSERT = re.compile(r"\b(?:insert|replace)\s+into\b|\bcopy\b", re.IGNORECASE)
TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/            # comments
      | '(?:[^']|'')*'               # text
      | \$(\w*)\$.*?\$\1\$           # dollar-quoted text
      | "(?:[^"]|"")*" | `[^`]*` | \[[A-Za-z_]\w*\]
      | %\(\w+\)s | %s | :\w+ | \?   # parameters
      | [\w\0]+ | \S""",
    re.DOTALL | re.VERBOSE,
)
ENDS_SET = frozenset("where from returning on when output join limit order".split())
STARTS = frozenset("update insert replace merge copy with explain begin analyze do or".split())
MODIFIERS = frozenset("only low_priority ignore or rollback abort fail replace into delayed high_priority".split())


def judge(frame: Frame, value: Value, node: ast.AST) -> None:
    """Report the protected columns that the string writes, unless it stands where nothing executes it."""
    if frame.quiet:
        return
    for option in options_of(value):
        if not isinstance(option, Text):
            continue
        for content in option.options:
            lowered = content.lower()
            for model in frame.project.tracked:
                if (model.table not in content and model.table.lower() not in lowered) or not VERB.search(content):
                    continue
                columns = written_columns(content, model.table)
                if INSERT.search(content):
                    frame.stored(model, node, "an SQL INSERT")
                if columns is not None:
                    frame.write("OPR111", model, columns, node, how="SQL", evidence=[])


def writes(frame: Frame, value: Value) -> bool:
    """Return True if the string is already a statement that writes a tracked table."""
    contents = [content for option in options_of(value) if isinstance(option, Text) for content in option.options]
    return any(written_columns(content, model.table) for content in contents for model in frame.project.tracked)


def mentions(content: str, table: str) -> bool:
    """Return True if some statement in the text names the table."""
    return any(_bare(token) == table.lower() for token in tokens(content))


def written_columns(content: str, table: str) -> set[str] | None:
    """Return the columns of `table` that the statements set; "*" for all; None when it is not written at all."""
    words = list(tokens(content))
    written: set[str] = set()
    touched = False
    for start in _statements(words):
        columns = _columns_of(words, start, table.lower())
        if columns is not None:
            touched = True
            written |= columns
    return written if touched else None


def tokens(content: str) -> Iterator[str]:
    """Yield the words of an SQL text, comments and literals left out; a dollar-quoted body is read as SQL."""
    for match in TOKEN.finditer(content):
        token = match.group()
        if token.startswith(("--", "/*")):
            continue
        if token.startswith("$") and len(token) > 2:
            yield ";"
            yield from tokens(token.split("$", 2)[2].rsplit("$", 2)[0])
            yield ";"
        else:
            yield "''" if token.startswith("'") else token


def _statements(words: list[str]) -> Iterator[int]:
    """Yield where a writing statement may begin: at the start, after `;`, `(`, BEGIN, THEN, a CTE or EXPLAIN."""
    fresh, headed = True, False
    for number, word in enumerate(words):
        lower = word.lower()
        if lower in ("update", "insert", "replace", "merge", "copy") and (fresh or headed):
            follows = words[number - 1].lower() if number else ""
            if follows not in ("for", "on", "do", "before", "after", "of") or (lower == "update" and follows == "do"):
                yield number
        if lower in ("with", "explain") and fresh:
            headed = True
        fresh = lower in (";", "(", "begin", "then", "else", "loop", "as", "do", "{")
        headed = headed and lower != ";"


def _columns_of(words: list[str], start: int, table: str) -> set[str] | None:
    verb = words[start].lower()
    if verb == "update":
        return _updated(words, start + 1, table)
    if verb == "merge":
        return _merged(words, start + 1, table)
    return _inserted(words, start + 1, table)


def _name_at(words: list[str], at: int) -> tuple[str, int]:
    """Return the last part of a dotted name, and the position after it."""
    while at < len(words) and words[at].lower() in MODIFIERS:
        at += 1
    name = _bare(words[at]) if at < len(words) else ""
    while at + 2 < len(words) and words[at + 1] == ".":
        at += 2
        name = _bare(words[at])
    return name, at + 1


def _bare(word: str) -> str:
    return word.strip('"`[]').lower()


def _updated(words: list[str], at: int, table: str) -> set[str] | None:
    names, begin = [], at
    while begin < len(words) and words[begin].lower() not in ("set", ";"):
        begin += 1
    if begin >= len(words) or words[begin] == ";":
        return None
    name, after = _name_at(words, at)
    names = [name]
    for number in range(after, begin):
        if words[number].lower() in ("join", ","):
            names.append(_name_at(words, number + 1)[0])
    return set(_set_targets(words, begin + 1)) if table in names else None


def _set_targets(words: list[str], at: int) -> Iterator[str]:
    depth, target = 0, True
    while at < len(words):
        word = words[at].lower()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
            if depth < 0:
                return
        elif word == ";" or (depth == 0 and word in ENDS_SET):
            return
        elif word == "=" and depth == 0:
            target = False
        elif word == "," and depth == 0:
            target = True
        elif target and re.match(r'[\w"`\[\0]', word) and (at + 1 >= len(words) or words[at + 1] != "."):
            yield _bare(word)
        at += 1


def _inserted(words: list[str], at: int, table: str) -> set[str] | None:
    if words[at - 1].lower() in ("insert", "replace") and not any(
        word.lower() == "into" for word in words[at : at + 4]
    ):
        return None
    name, after = _name_at(words, at)
    if name != table:
        return None
    while after < len(words) and words[after].lower() not in ("(", "values", "select", "default", "set", ";", "from"):
        after += 1
    columns: set[str] = set()
    following = words[after].lower() if after < len(words) else ""
    if following == "(" and (after + 1 >= len(words) or words[after + 1].lower() != "select"):
        columns |= set(_listed(words, after + 1))
    elif following == "set":
        columns |= set(_set_targets(words, after + 1))
    elif following in ("values", "select", "from") or following == "(":
        columns.add("*")
    for number in range(after, len(words) - 1):
        if words[number].lower() == "update" and words[number - 1].lower() in ("do", "key"):
            skip = 2 if words[number + 1].lower() == "set" else 1
            columns |= set(_set_targets(words, number + skip))
    return columns


def _listed(words: list[str], at: int) -> Iterable[str]:
    while at < len(words) and words[at] != ")":
        if words[at] != ",":
            yield _bare(words[at])
        at += 1


def _merged(words: list[str], at: int, table: str) -> set[str] | None:
    name, after = _name_at(words, at)
    if name != table:
        return None
    columns: set[str] = set()
    for number in range(after, len(words) - 1):
        word = words[number].lower()
        if word == "set":
            columns |= set(_set_targets(words, number + 1))
        elif word == "insert":
            listed = words[number + 1] == "("
            columns |= set(_listed(words, number + 2)) if listed else {"*"}
    return columns
