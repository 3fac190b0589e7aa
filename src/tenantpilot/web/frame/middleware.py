"""The middleware around every request of a page."""

import re
from collections.abc import Callable

import structlog
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from tenantpilot.core.request_id import begin_request
from tenantpilot.operations.results import TenantArchived
from tenantpilot.tenancy import isolation
from tenantpilot.web.frame import errors

Answer = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Bind the id that ties log lines, audit entries and error pages of one request together.

    It is always one of ours, so that nobody lays a wrong trail. An id that was sent stands beside it in the log.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = begin_request()
        foreign_id = _plain(request.headers.get(HEADER, ""))
        with structlog.contextvars.bound_contextvars(**({"sent_request_id": foreign_id} if foreign_id else {})):
            response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


class ArchivedTenantMiddleware:
    """Explain a start that the database refuses: the tenant was archived between the look at the page and the click."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.archived(request) if isinstance(exception, TenantArchived) else None


class ReachOfPersonMiddleware:
    """Outside the scope of a workspace, a request reaches what its person may see, and without a person nothing."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with isolation.of_person(lambda: _signed_in_as(request)):
            return self.get_response(request)


def _signed_in_as(request: HttpRequest) -> object:
    """Return None until the session was read: this is asked with every statement, that of the reading included."""
    session = getattr(request.session, "_session_cache", None)
    return session.get(SESSION_KEY) if session else None


def _plain(offered: str) -> str:
    return offered if _PLAIN.fullmatch(offered) else ""
