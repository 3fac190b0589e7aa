"""Toasts on their way to the page: at once by script, with the next page without it (UX-60 to UX-63).

Their words come from the presenter of the operations room alone (OPS-20).
"""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest

from tenantpilot.operations.presenter import Toast

SESSION_KEY = "toasts"
AT_MOST = 3


def keep(request: HttpRequest, toast: Toast) -> None:
    """Show it on the next page; a repeated one replaces its twin."""
    displayed = {name: str(value) for name, value in asdict(toast).items()}
    waiting = [other for other in request.session.get(SESSION_KEY, []) if other != displayed]
    request.session[SESSION_KEY] = [*waiting, displayed][-AT_MOST:]


def take(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the toasts that wait for this page, once."""
    if SESSION_KEY not in request.session:
        return []
    waiting: list[dict[str, Any]] = request.session.pop(SESSION_KEY)
    return waiting
