"""Headers of every page, and the size of what may be sent to one."""

from collections.abc import Callable

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


class RequestSizeMiddleware:
    """A request that says that it is too long is refused before its body is read.

    No body is longer than its Content-Length: the web server reads no further, and without one Django reads nothing.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > settings.REQUEST_MAX_BYTES:
            return errors.too_large(request)
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
