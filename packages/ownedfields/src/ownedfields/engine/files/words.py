"""The words of a text, as `re.findall(r"\\w+", ...)` finds them, in a quarter of its time."""

from __future__ import annotations


class _OnlyWords(dict[int, str]):
    """For `str.translate`: what is no part of a word becomes a space."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = replacement = letter if letter.isalnum() or letter == "_" else " "
        return replacement


IN_TEXT = _OnlyWords()
IN_BYTES = bytes(code if code < 128 and (chr(code).isalnum() or code == ord("_")) else ord(" ") for code in range(256))


def words_of(text: str) -> frozenset[str]:
    """Return every word of a text."""
    return frozenset(text.translate(IN_TEXT).split())


def words_in(content: bytes) -> frozenset[bytes]:
    """Return every word of ASCII letters in undecoded text."""
    return frozenset(content.translate(IN_BYTES).split())
