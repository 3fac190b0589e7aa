"""Reading JSON files in whatever encoding a tool wrote them."""

import json
from pathlib import Path

from intunesim.json_types import Json


def read_json(file: Path) -> Json:
    """Return the content of a JSON file. Raises ValueError when it is none."""
    return json.loads(decoded(file.read_bytes()))


def decoded(data: bytes) -> str:
    """Text out of UTF-8 or UTF-16, with and without a byte order mark. Raises ValueError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig")
    # JSON begins with an ASCII sign, so a zero beside it betrays UTF-16 without a mark.
    if data[1:2] == b"\0":
        return data.decode("utf-16-le")
    if data[:1] == b"\0":
        return data.decode("utf-16-be")
    return data.decode("utf-8")
