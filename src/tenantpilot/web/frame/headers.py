"""Headers of every page, and the size of what may be sent to one."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from tenantpilot.web.frame import errors

Answer = Callable[[HttpRequest], HttpResponse]


class PrivatePageMiddleware:
    """Pages are kept by no cache, and use none of what a browser could offer them.

    Styles and scripts do not come this way: they are answered before.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


View = TypeVar("View", bound=Callable[..., Any])
_UPLOADS = "takes_uploads"


def takes_uploads(view: View) -> View:
    """Let signed-in people send this view an archive of up to UPLOAD_MAX_BYTES. Call it outermost."""
    setattr(view, _UPLOADS, True)
    return view


class RequestSizeMiddleware:
    """A request that says that it is too long is refused before its body is read.

    No body is longer than its Content-Length: the web server reads no further, and without one Django reads nothing.
    What is longer than a form needs is taken from signed-in people alone, at the addresses that take archives: that is
    decided once the person is known and before any middleware reads the body, so it stands above the one for CSRF.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > _most():
            return errors.too_large(request, most=_most())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: object, _kwargs: object) -> HttpResponse | None:
        """Refuse a long body where none is expected, or from somebody who is not signed in."""
        if _length(request) <= settings.REQUEST_MAX_BYTES:
            return None
        if getattr(view, _UPLOADS, False) and request.user.is_authenticated:
            return None
        return errors.too_large(request, most=settings.REQUEST_MAX_BYTES)


def most_megabytes() -> int:
    """Return the size of the largest archive that a page takes."""
    return _most() // 2**20


def _most() -> int:
    return int(max(settings.REQUEST_MAX_BYTES, settings.UPLOAD_MAX_BYTES))


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
