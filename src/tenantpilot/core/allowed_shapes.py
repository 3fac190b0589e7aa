"""Shapes in which text from outside may be stored, sent or logged; whatever has none of them is hidden (OPS-12).

No list of secrets is ever whole. So this is a list of what is harmless: words that programs write, codes, ids and small
numbers. A password, a token or a name of a person is none of these, in whatever language, encoding or place it stands.
"""

import re
from functools import lru_cache
from pathlib import Path

HIDDEN = "[hidden]"

VOCABULARY = frozenset(Path(__file__).with_name("vocabulary.txt").read_text(encoding="ascii").split())
"""Words of this product and of the libraries that it runs on, in small letters: what their messages are made of.

Three files or more use each of them, and no name of a person is among them. A word that a message needs may be added.
"""

# Codes and ids as a whole. They say what went wrong, or name something, and nobody signs in with them.
_CODE = (
    r"AADSTS\d{4,7}",
    r"0x[0-9A-Fa-f]{1,8}",
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:?\d\d)?)?",
    r"\d\d:\d\d(?::\d\d)?",
    r"\d{1,3}(?:,\d{3}){1,3}",
    r"\d{1,4}(?:\.\d{1,4}){0,3}",
    r"(?<=SQLSTATE )[0-9A-Z]{5}",
)
_HIDDEN_ALREADY = r"\[(?:hidden|address|ip|mac|phone|number|person)\]"
_EDGE = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
_TOKEN = re.compile(
    rf"(?P<hidden>{_HIDDEN_ALREADY})|(?P<code>{'|'.join(_EDGE.format(f'(?:{code})') for code in _CODE)})"
    r"|(?P<word>[^\W_]+)|(?P<mark>[\x20-\x7e\n…])|(?P<other>.)",
    re.DOTALL,
)
_ATOM = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
# Small numbers that stand together are one large number: a telephone's, a card's, a code's.
_NUMBERS = re.compile(r"(?<![\w.:-])\d{1,5}(?:[ ./-]\d{1,5}){2,}(?![\w.:-])")
_MANY_DIGITS = 9
_SEVERAL = re.compile(rf"{re.escape(HIDDEN)}(?:[^A-Za-z0-9\n\[\]]{{0,3}}{re.escape(HIDDEN)})+")


def allowed(text: str) -> str:
    """Return the text with HIDDEN in the place of everything that has no allowed shape."""
    view = _TOKEN.sub(_shown, _NUMBERS.sub(_shown_numbers, text))
    return _SEVERAL.sub(HIDDEN, view)


def _shown(match: re.Match[str]) -> str:
    token = match.group()
    if match.lastgroup == "word":
        return token if is_known_word(token) else HIDDEN
    return HIDDEN if match.lastgroup == "other" else token


def _shown_numbers(match: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in match.group())
    return "[number]" if digits >= _MANY_DIGITS and not re.fullmatch(_CODE[3], match.group()) else match.group()


@lru_cache(maxsize=16_384)
def is_known_word(token: str) -> bool:
    """Return True for a word, or an identifier made of words: "OperationRunService", "windows10"."""
    if (len(token) <= 2 and token.isascii()) or token.lower() in VOCABULARY:
        return True
    atoms = _ATOM.findall(token)
    entries = [atom for atom in atoms if atom.lower() in VOCABULARY]
    short = [atom for atom in atoms if len(atom) <= 2 and atom.isalpha() and atom not in entries]
    return "".join(atoms) == token and len(entries) + len(short) == len(atoms) and len(short) < len(entries)
