"""Names of files that every system can hold, made of names that policies have."""

import hashlib
import re
import unicodedata

LONGEST_PATH = 180
"""Bytes of a path in an archive."""
LONGEST_NAME = 120
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])", re.IGNORECASE)


def safe_name(text: str, *, longest: int = LONGEST_NAME) -> str:
    """Return a name for a file or folder, without its ending. What no system allows becomes an underscore.

    A name that is too long is cut, and ends with a part of its hash so that two long names stay apart.
    """
    name = _REFUSED.sub("_", unicodedata.normalize("NFC", text)).strip(" ")
    stripped = name.rstrip(". ")
    name = stripped + "_" * (len(name) - len(stripped)) or "_"
    if _RESERVED.fullmatch(name.split(".")[0].rstrip(" ")):
        name = f"_{name}"
    if name.startswith("."):
        name = f"_{name}"
    return name if len(name.encode()) <= longest else _cut(name, text, longest)


class UniquePaths:
    """The paths of one archive. No two are equal for a system that does not tell capital letters from small ones."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, folder: str, name: str, ending: str, *, suffix: str = "") -> str:
        """Return the path of a file with this name; `suffix` is kept whole, and a number is added to a twin."""
        for number in range(1, 100_000):
            twin = f" ({number})" if number > 1 else ""
            rest = LONGEST_PATH - len(f"{folder}/{suffix}{twin}{ending}".encode())
            path = f"{folder}/{safe_name(name, longest=max(min(rest, LONGEST_NAME), 20))}{suffix}{twin}{ending}"
            key = unicodedata.normalize("NFC", path).casefold()
            if key not in self._taken:
                self._taken.add(key)
                return path.removeprefix("/")
        raise ValueError("too many files of one name")


def _cut(name: str, text: str, longest: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = name.encode()[: longest - 9].decode("utf-8", "ignore").rstrip(". ")
    return f"{short}~{digest}"
