"""Addresses of this console that a browser or a form names: the way back, and the page that a script is on."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000


def page_before(request: HttpRequest, *, otherwise: str) -> str:
    """Return the address that the form names in `back`, else the page it was on, else `otherwise`."""
    return own_path(request, request.POST.get("back", "")) or own_path(request, _referer(request)) or otherwise


def own_path(request: HttpRequest, address: str) -> str:
    """Return path and query of an address of this console, or an empty text for any other.

    What is returned begins with one slash: a redirect to it can neither leave the console nor name a view.
    """
    if len(address) > LONGEST or not _is_ours(request, address):
        return ""
    parts = urlsplit(address)
    is_rooted = parts.path.startswith("/") and not parts.path.startswith(("//", "/\\"))
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment)) if is_rooted else ""


def page_of_script(request: HttpRequest) -> str:
    """Return the address of the page from which a script asks, or an empty text."""
    return own_path(request, request.headers.get("HX-Current-URL", ""))


def _referer(request: HttpRequest) -> str:
    return request.headers.get("Referer", "")


def _is_ours(request: HttpRequest, address: str) -> bool:
    """Return True if the address has this host, or none. One that cannot be taken apart is nobody's."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
