"""Write long texts for translation over several lines: `{% blocktranslate trimmed %}` renders them as one.

The text that translators see stays the same, and so does the page.
"""

import re
from textwrap import wrap

INDENT = "  "
TEXT = re.compile(
    r"""
    \{%\ blocktranslate\ (?P<options>(?:(?!%\}).)*)%\} (?P<texts>.*?) \{%\ endblocktranslate\ %\}
  | \{%\ translate\ "(?P<text>[^"]*)"\ %\}
    """,
    re.X,
)
PLURAL = "{% plural %}"
VARIABLE = re.compile(r"\{\{.*?\}\}")


def unfolded(line: str, longest: int) -> list[str]:
    """Return the line with its longest text on lines of its own, or no lines if it holds no text that can be."""
    matches = [match for match in TEXT.finditer(line) if _is_trimmed(_text(match))]
    if not matches:
        return []
    match = max(matches, key=lambda match: len(match[0]))
    margin = line[: len(line) - len(line.lstrip())]
    inner: list[str] = []
    for text in _text(match).split(PLURAL):
        inner += [f"{margin}{PLURAL}"] if inner else []
        inner += wrapped(margin + INDENT + text, longest)
    head = line[: match.start()] + f"{{% blocktranslate trimmed {match['options'] or ''}%}}"
    return [head, *inner, f"{margin}{{% endblocktranslate %}}" + line[match.end() :]]


def wrapped(line: str, longest: int) -> list[str]:
    """Return the words of a line in lines with its margin; a variable is never broken, nor a word at its hyphen."""
    margin = line[: len(line) - len(line.lstrip())]
    solid = VARIABLE.sub(lambda variable: variable[0].replace(" ", "\0"), line.strip())
    lines = wrap(
        solid,
        longest,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part.replace("\0", " ") for part in lines]


def _text(match: re.Match[str]) -> str:
    return match["text"] if match["text"] is not None else match["texts"]


def _is_trimmed(text: str) -> bool:
    """Return True if the text has single spaces only, and none at its edges, so that trimming takes nothing away."""
    return all(part and part == " ".join(part.split()) for part in text.split(PLURAL))
