"""Find a Chromium for the browser tests."""

import os
import shutil

# The headless shell has pages alone and no windows around them, which takes half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
MISSING = "no Chromium: apt-get install chromium-headless-shell"


def find_chromium() -> str | None:
    """Return the program that CHROMIUM names, else the first that is installed."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
