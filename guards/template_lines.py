"""Break the long lines of templates: `python -m guards.template_lines` (make format runs it).

Only white space changes, and only where HTML takes any amount of it for the same: around block-level tags, between the
attributes of a tag, and where a text has white space already. A long text for translation is written over several
lines, which `trimmed` joins again. Comments are wrapped. Preformatted texts stay.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guards.findings import ROOT, SOURCES, Finding
from guards.template_texts import INDENT, unfolded, wrapped

LONGEST = 120
TOKEN = re.compile(
    r"""
    (?P<django>
        \{%\ (?:blocktranslate|comment)\b.*?\{%\ end(?:blocktranslate|comment)\ %\}
      | \{%.*?%\} | \{\{.*?\}\} | \{\#.*?\#\}
    )
  | (?P<html>
        <!--.*?-->
      | </?[A-Za-z!](?: \{%.*?%\} | \{\{.*?\}\} | "(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*" | [^<>"] )*>
    )
  | (?P<space>\s+)
  | (?P<attribute>[\w:@.-]+=(?:"(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*"|'[^']*'))
  | (?P<text>(?:(?!\{[%{#])[^<\s])+ | .)
    """,
    re.X | re.S,
)
# White space at the edges of these is not rendered.
BLOCK = frozenset({
    "address", "article", "aside", "body", "caption", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "hgroup", "html", "legend",
    "li", "link", "main", "meta", "nav", "ol", "optgroup", "option", "p", "rect", "script", "section", "select",
    "summary", "svg", "table", "tbody", "td", "template", "tfoot", "th", "thead", "title", "tr", "ul",
})  # fmt: skip
VOID = frozenset({"link", "meta", "rect", "input", "br"})
# Laid out as flex boxes by the styles, which render no white space between their parts either.
FLEX = re.compile(
    r"<(button|label)\b"
    r"|<(a|span|summary)\b[^>]*class=\"[^\"]*\b(btn|option|option-words|tile|line|cell-icon|chip|badge)\b"
)
OPENING = frozenset({"if", "for", "with", "block", "partialdef", "autoescape", "spaceless"})
MIDDLE = frozenset({"else", "elif", "empty"})
# Between these every character is kept.
VERBATIM = re.compile(
    r"\{% (blocktranslate|blocktrans|verbatim|comment)\b.*?\{% end\1 %\}|<(pre|textarea|script|style)\b.*?</\2>", re.S
)
# Between these the white space between words means nothing.
PROSE = ("{% blocktranslate trimmed ", "{% comment %}")
ATTRIBUTE = re.compile(r"""(?:\{%.*?%\}|\{\{.*?\}\}|"(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*"|(?<==)'[^']*'|[^\s"])+""", re.S)
# A line that begins with the last attribute of a tag: the end of the tag may stand on a line of its own.
LAST_ATTRIBUTE = re.compile(r"""(\s*[\w-]+="(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*")(>.+)""", re.S)

# htmx takes some values letter by letter ("find button"), so none has a line break. Texts that are trimmed have none.
HTMX = re.compile(
    r"""\b(?P<name>hx-[\w:-]+)=(?:"(?P<value>(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"|'(?P<other>[^']*)')""", re.S
)
TRIMMED = re.compile(r"\{% blocktranslate trimmed\b.*?\{% endblocktranslate %\}", re.S)


@dataclass
class Piece:
    """A token of a line. `can_break`: a new line may begin before it. `is_spaced`: white space stands before it."""

    text: str
    can_break: bool
    is_spaced: bool = False
    is_block: bool = False
    step: int = 0


def format_template(text: str) -> str:
    """Return the template with every line within LONGEST characters, where white space allows it."""
    matches = [match for match in VERBATIM.finditer(text) if "\n" in match[0]]
    verbatim = [range(*match.span()) for match in matches]
    prose = [range(*match.span()) for match in matches if match[0].startswith(PROSE)]
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        is_verbatim = any(at in part or at + len(line) - 2 in part for part in verbatim)
        body = line.rstrip("\n")
        is_comment = re.fullmatch(r"\s*\{% comment %\}.*\{% endcomment %\}", body)
        if len(body) > LONGEST and "{%" not in body and any(at in part for part in prose):
            lines.append("\n".join(wrapped(body, LONGEST)) + "\n")
        elif len(body) <= LONGEST or (is_verbatim and not is_comment):
            lines.append(line)
        else:
            lines.append("\n".join(_commented(body) if is_comment else _fitted(body)) + "\n")
        at += len(line)
    return "".join(lines)


def _commented(line: str) -> list[str]:
    margin = re.match(r"\s*", line)[0]  # type: ignore[index]
    inner = wrapped(margin + re.sub(r"\{% (end)?comment %\}", "", line).strip(), LONGEST)
    return [f"{margin}{{% comment %}}", *inner, f"{margin}{{% endcomment %}}"]


def _fitted(line: str) -> Iterator[str]:
    for part in _broken(line):
        yield from _unfolded(part)


def _unfolded(line: str) -> Iterator[str]:
    """Yield the line; if it is too long, with its texts unfolded, or else with its first tag ended on a new line."""
    lines = unfolded(line, LONGEST) if len(line) > LONGEST else [line]
    if len(lines) > 1:
        yield from _unfolded(lines[0])
        yield from lines[1:-1]
        yield from _unfolded(lines[-1])
    elif not lines and (match := LAST_ATTRIBUTE.fullmatch(line)):
        yield match[1]
        yield re.match(r"\s*", line)[0] + match[2]  # type: ignore[index]
    else:
        yield line


def _broken(line: str) -> Iterator[str]:
    margin = re.match(r"\s*", line)[0]  # type: ignore[index]
    for depth, pieces in _rows(_pieces(line.strip())):
        indent = margin + INDENT * depth
        text = _joined(pieces)
        if len(indent) + len(text) <= LONGEST:
            yield indent + text
        else:
            yield from _filled(pieces, indent)


def _pieces(line: str) -> list[Piece]:
    pieces: list[Piece] = []
    boxes: list[bool] = []  # for each element that is open: is it a flex box?
    is_spaced = after_block = False
    for match in TOKEN.finditer(line):
        if match.lastgroup == "space":
            is_spaced = True
            continue
        piece = _piece(match[0], match.lastgroup or "")
        closes = piece.text.startswith("</")
        in_box = bool(boxes) and boxes[-1]
        piece.can_break = is_spaced or after_block or piece.is_block or in_box
        piece.is_spaced = is_spaced
        pieces.append(piece)
        if closes and boxes:
            boxes.pop()
        elif match.lastgroup == "html" and not closes and not _is_void(piece.text):
            boxes.append(bool(FLEX.match(piece.text)))
        is_spaced, after_block = False, piece.is_block
    _allow_breaks_in_branches(pieces)
    return pieces


def _allow_breaks_in_branches(pieces: list[Piece]) -> None:
    """Allow a new line where a branch begins or ends, if white space stands before or after the whole anyway."""
    opened: list[list[int]] = []
    for number, piece in enumerate(pieces):
        if piece.step > 0 and not piece.is_block:
            opened.append([number])
        elif _is_middle(piece) and opened:
            opened[-1].append(number)
        elif piece.step < 0 and not piece.is_block and opened:
            group = [*opened.pop(), number]
            if _is_edge(pieces, group[0]):
                _allow(pieces, (tag + 1 for tag in group[:-1]))
            if _is_edge(pieces, number + 1):
                _allow(pieces, group[1:])


def _is_edge(pieces: list[Piece], number: int) -> bool:
    """Return True if white space before the piece, or before the end, is rendered the same as none."""
    return number in (0, len(pieces)) or pieces[number].can_break


def _allow(pieces: list[Piece], numbers: Iterable[int]) -> None:
    for number in numbers:
        pieces[number].can_break = True


def _is_void(text: str) -> bool:
    word = re.match(r"<(\w+)", text)
    return text.startswith("<!") or text.endswith("/>") or (word is not None and word[1] in VOID)


def _piece(text: str, kind: str) -> Piece:
    word = re.match(r"</?(\w+)|\{%\s*(\w+)", text)
    name = (word[1] or word[2] or "").lower() if word else ""
    if kind == "html":
        is_block = name in BLOCK or name == "input" or bool(FLEX.match(text))
        step = 0 if not is_block or _is_void(text) else -1 if text.startswith("</") else 1
        return Piece(text, False, is_block=is_block, step=step)
    if name == "csrf_token":
        return Piece(text, False, is_block=True)
    if kind == "django" and name in OPENING:
        return Piece(text, False, step=1)
    if kind == "django" and name.startswith("end") and name[3:] in OPENING:
        return Piece(text, False, step=-1)
    return Piece(text, False)


def _rows(pieces: list[Piece]) -> Iterator[tuple[int, list[Piece]]]:
    """Yield rows of pieces with their depth: a new row before each block that opens and after each that closes."""
    depth, row_depth, row = 0, 0, list[Piece]()
    for piece in pieces:
        before = depth + min(piece.step, 0)
        ends = bool(row) and piece.can_break and (_starts_row(piece) or _ends_row(row[-1]))
        if ends:
            yield row_depth, row
            row, row_depth = [], max(before, 0)
        row.append(piece)
        depth = max(depth + piece.step, 0)
    if row:
        yield row_depth, row


def _starts_row(piece: Piece) -> bool:
    return (piece.is_block and piece.step >= 0) or piece.step > 0 or _is_middle(piece)


def _ends_row(piece: Piece) -> bool:
    return (piece.is_block and piece.step <= 0) or piece.step < 0


def _is_middle(piece: Piece) -> bool:
    word = re.match(r"\{%\s*(\w+)", piece.text)
    return bool(word) and word[1] in MIDDLE  # type: ignore[index]


def _joined(pieces: list[Piece]) -> str:
    first, *rest = pieces
    return first.text + "".join((" " if piece.is_spaced else "") + piece.text for piece in rest)


def _filled(pieces: list[Piece], indent: str) -> Iterator[str]:
    """Fill lines with pieces; tags that are too long for one line are broken between their attributes."""
    line = ""
    for chunk, is_spaced in _chunks(pieces):
        joined = line + (" " if is_spaced else "") + chunk
        if line and len(joined) > LONGEST:
            yield line
            line = indent + INDENT + chunk
        else:
            line = joined if line else indent + chunk
    yield line


def _chunks(pieces: list[Piece]) -> Iterator[tuple[str, bool]]:
    """Yield what must stay together in one line, and True where white space stands before it."""
    chunk, spaced = "", False
    for text, can_break, is_spaced in _fragments(pieces):
        if chunk and can_break:
            yield chunk, spaced
            chunk, spaced = "", is_spaced
        chunk += (" " if chunk and is_spaced else "") + text
    yield chunk, spaced


def _fragments(pieces: list[Piece]) -> Iterator[tuple[str, bool, bool]]:
    for piece in pieces:
        if piece.text.startswith("<") and not piece.text.startswith("<!") and len(piece.text) > LONGEST // 3:
            for number, match in enumerate(ATTRIBUTE.finditer(piece.text)):
                yield match[0], piece.can_break if number == 0 else True, piece.is_spaced if number == 0 else True
        else:
            yield piece.text, piece.can_break, piece.is_spaced


def broken_values(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each attribute of htmx whose value has a line break."""
    for match in HTMX.finditer(text):
        if "\n" in TRIMMED.sub("", match["value"] or match["other"] or ""):
            yield text.count("\n", 0, match.start()) + 1, match["name"]


def check(root: Path = SOURCES) -> Iterator[Finding]:
    """Yield a finding for each template that the formatter would change, and for each value that htmx cannot read."""
    for path in sorted(root.rglob("*.html")):
        text = path.read_text()
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
        for line, attribute in broken_values(text):
            reason, mend = f"the value of {attribute} has a line break", "write the value in one line"
            yield Finding("GUARD-I", name, line, 1, path.name, reason, mend)
        if format_template(text) != text:
            yield Finding("GUARD-I", name, 1, 1, path.name, "a template is not formatted", "run `make format`")


def main(root: Path = SOURCES) -> int:
    changed = 0
    for path in sorted(root.rglob("*.html")):
        before = path.read_text()
        after = format_template(before)
        if before != after:
            path.write_text(after)
            changed += 1
    print(f"templates: {changed} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
