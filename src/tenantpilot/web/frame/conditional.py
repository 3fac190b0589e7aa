"""304 for what the browser shows already (UX-67)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers


def answer_if_changed(request: HttpRequest, tag: str, draw: Callable[[], HttpResponse]) -> HttpResponseBase:
    """Draw the part unless the browser holds the one with this tag."""
    quoted = f'"{tag}"'
    if request.headers.get("If-None-Match") == quoted:
        return _private(HttpResponseNotModified(), quoted)
    return _private(draw(), quoted)


def _private(response: HttpResponseBase, quoted: str) -> HttpResponseBase:
    response.headers["ETag"] = quoted
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
