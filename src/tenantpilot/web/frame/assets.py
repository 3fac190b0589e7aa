"""Read the built assets: hashed file names and the icons' drawings."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.safestring import SafeString

BUILT = Path(__file__).resolve().parents[1] / "static" / "built"


def url_of(name: str) -> str:
    """Return the address of a built file, such as "app.css"; its name carries the hash of its content."""
    return static(f"built/{_manifest('assets.json')[name]}")


@cache
def drawing(name: str) -> SafeString:
    """Return the inside of an icon's <svg>. Raises KeyError for an icon that frontend/icons.txt does not list."""
    return SafeString(_manifest("icons.json")[name])  # our own build's


@cache
def _manifest(name: str) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((BUILT / name).read_text())
    except FileNotFoundError as error:
        raise ImproperlyConfigured("The pages' styles and script are not built yet. Run: make setup") from error
    return manifest
