"""403, 404, 500 and 503 in the frame, one sentence and a reference number (UX-44)."""

import sys
from typing import Any

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.core.outages import is_outage
from tenantpilot.core.request_id import current_request_id
from tenantpilot.operations.monitoring.writability import Trouble, trouble_with_writing

log = structlog.get_logger(__name__)

Words = str | Promise
RETRY_AFTER_SECONDS = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the request could not be understood."""
    return _page(request, 400, _("Request not understood"), _("TenantPilot cannot read what the browser sent."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a member without the capability."""
    text = str(exception) or _("Your role does not allow this. An owner of the tenant can change your role.")
    return _page(request, 403, _("Not allowed"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that was open too long, or from elsewhere."""
    text = _("The form is no longer valid, so nothing was changed. Go back, reload the page and send it again.")
    return _page(request, 403, _("Form expired"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words whether it never existed, is gone, or belongs to somebody else (SEC-02)."""
    return _page(request, 404, _("Page not found"), _("There is nothing at this address that you can see."))


def archived(request: HttpRequest) -> HttpResponse:
    """Answer a start in a tenant that was archived after the page was drawn."""
    text = _("The tenant was archived, so nothing was started. An owner can bring it back.")
    return _page(request, 409, _("The tenant is archived"), text)


def too_large(request: HttpRequest, *, most: int) -> HttpResponse:
    """A body above `most` bytes. It comes before anybody is known, so without the frame."""
    text = _(
        "What was sent is larger than TenantPilot takes here (%(limit)d MB). Nothing was changed. "
        "A larger archive is imported at a shell: tenantpilot policies import, tenantpilot backups import."
    )
    words = text % {"limit": most // 2**20}
    response = _page(request, 413, _("Too large"), words, template="web/errors/bare.html")
    response.headers["Connection"] = "close"
    return response


def too_many_attempts(request: HttpRequest) -> HttpResponse:
    """Somebody tries too often."""
    text = _("Too many attempts. Wait five minutes, then try again.")
    return _page(request, 429, _("Too many attempts"), text, template="web/errors/bare.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug, or a database that is away."""
    if is_outage(sys.exc_info()[1]):
        return _unavailable(request)
    title, text = _("Something failed"), _("TenantPilot met an error that it did not expect and changed nothing more.")
    try:
        return _page(request, 500, title, text)
    except Exception:
        log.exception("error_page_without_frame")
        return _page(request, 500, title, text, template="web/errors/bare.html")


def _unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away, read-only or full. The frame, which asks it, is left out.

    The connection may be one that stays read-only: the next request opens another.
    """
    connection.close()
    title = _("Try again in a moment")
    text = _("The database of TenantPilot does not answer, or takes no changes. Nothing was started.")
    if trouble_with_writing() is Trouble.FULL:
        title = _("The disk is full")
        text = _(
            "The disk of TenantPilot's database has no room left, so nothing was changed. Free some space on it, "
            "or tell the people who run TenantPilot. Then try again."
        )
    response = _page(request, 503, title, text, template="web/errors/bare.html")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _page(
    request: HttpRequest, status: int, title: Words, text: Words, *, template: str = "web/errors/framed.html"
) -> HttpResponse:
    """For a request by script the same words as a fragment, so that they can be shown in place."""
    chosen = "web/errors/fragment.html" if request.headers.get("HX-Request") else template
    context = {"status": status, "title": title, "text": text, "reference": current_request_id()}
    return HttpResponse(_drawn(request, chosen, context), status=status)


def _drawn(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """Without the request there are no context processors, so nothing is asked of the database."""
    is_framed = template == "web/errors/framed.html"
    return render_to_string(template, context, request if is_framed else None)
