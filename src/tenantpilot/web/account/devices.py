"""The device of a session, in words: what its browser calls itself."""

from django.utils.translation import gettext as _

# In this order: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return such as "Firefox on Windows"; "Unknown device" for what names neither."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def _first(names_by_mark: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in names_by_mark if mark in text), "")
