"""The lists of runs and of notifications: each filter that is offered, alone and together with others."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from benchmarks.scale.questions import COUNT, LIST, Draw, Question, in_workspace_of

Query = dict[str, str]
DAY = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
RUN_FILTERS: tuple[Query, ...] = (
    {},
    *({"state": state} for state in ("active", "attention", "queued", "running")),
    *({"state": state} for state in ("succeeded", "partially_succeeded", "failed", "cancelled")),
    *({"type": key} for key in ("inventory_sync", "bulk_policy_unignore")),
    *({"who": who} for who in ("me", "others", "system", "2")),
    *({"since": since} for since in ("hour", "day", "week", "month")),
    {"after": DAY, "before": DAY},
    {"before": DAY},
    {"q": "graph"},
    {"q": "found nowhere"},
    {"state": "failed", "type": "bulk_policy_unignore"},
    {"state": "cancelled", "who": "me"},
    {"state": "failed", "since": "week"},
)
ACROSS_FILTERS: tuple[Query, ...] = (*RUN_FILTERS, {"tenant": "t20"}, {"tenant": "t20", "state": "failed"})
NOTICE_FILTERS: tuple[Query, ...] = ({}, {"read": "unread"}, {"read": "read"})


def questions() -> Iterator[Question]:
    """For each filter the page and the count beside it."""
    for query in RUN_FILTERS:
        yield from _both("runs of a tenant", of_tenant, query)
    for query in ACROSS_FILTERS:
        yield from _both("runs of a workspace", of_workspace, query)
    yield from _both("runs of a small tenant", of_small_tenant, {})
    yield from _both("runs that a guest of three tenants sees", of_guest, {})
    yield from _both("runs that a guest of three tenants sees", of_guest, {"state": "failed"})
    for query in NOTICE_FILTERS:
        yield from _both("notifications", of_bell, query)


Listed = Callable[[Draw, Query], Any]


def _both(where: str, listed: Listed, query: Query) -> Iterator[Question]:
    named = ", ".join([where, *(f"{key} {value}" for key, value in query.items())])
    yield Question(f"list of {named}", partial(_page, listed, query), LIST)
    yield Question(f"count of {named}", partial(_count, listed, query), COUNT)


def _page(listed: Listed, query: Query, draw: Draw) -> Any:
    """Every second asking is about a page somewhere in the history."""
    somewhere = {"at": _cursor(draw.place())} if draw.number % 2 else {}
    return listed(draw, {**query, **somewhere}).page


def _count(listed: Listed, query: Query, draw: Draw) -> int:
    return int(listed(draw, query).count)


def _cursor(place: int) -> str:
    """A place in a list that is sorted by id, newest first."""
    from django.core import signing

    from tenantpilot.web.ui.tables.cursor import SALT

    return signing.dumps(["-queued", "", place, 0], salt=SALT)


def of_tenant(draw: Draw, query: Query) -> Any:
    return _runs_of(draw.places.large, draw.places.operator, query)


def of_small_tenant(draw: Draw, query: Query) -> Any:
    return _runs_of(draw.places.small, draw.places.owner, query)


def _runs_of(tenant: Any, person: Any, query: Query) -> Any:
    from tenantpilot.operations.models import OperationRun
    from tenantpilot.tenancy.access import resolve_tenant
    from tenantpilot.web.operations.tables import RUNS

    with in_workspace_of(tenant):
        access = resolve_tenant(person, tenant.slug)
        return _seen(RUNS, OperationRun.objects.of_tenant(tenant).for_list(), person, query, access=access)


def of_workspace(draw: Draw, query: Query) -> Any:
    return _runs_across(draw.places.owner, query)


def of_guest(draw: Draw, query: Query) -> Any:
    return _runs_across(draw.places.guest, query)


def _runs_across(person: Any, query: Query) -> Any:
    from django_scopes import scope

    from tenantpilot.operations.models import OperationRun
    from tenantpilot.tenancy.access import workspaces
    from tenantpilot.tenancy.capabilities import Capability
    from tenantpilot.web.frame.access import visible_tenants
    from tenantpilot.web.operations.tables import WORKSPACE_RUNS

    within = workspaces(person)
    with scope(workspace=[found.workspace for found in within]):
        tenants = visible_tenants(person, Capability.OPERATIONS_VIEW)
        able = [found.workspace for found in within if found.may(Capability.OPERATIONS_VIEW)]
        rows = OperationRun.objects.among(tenants, able).for_list()
        return _seen(WORKSPACE_RUNS, rows, person, query, workspaces=within)


def of_bell(draw: Draw, query: Query) -> Any:
    from tenantpilot.operations.notices import visible_to
    from tenantpilot.web.notifications.tables import NOTIFICATIONS

    if "at" in query:
        query = {**query, "at": _cursor_of_notice(draw)}
    return _seen(NOTIFICATIONS, visible_to(draw.places.owner), draw.places.owner, query)


def _cursor_of_notice(draw: Draw) -> str:
    from django.core import signing

    from tenantpilot.web.ui.tables.cursor import SALT

    return signing.dumps(["-told", "", draw.place() // 2, 0], salt=SALT)


def _seen(table: Any, rows: Any, person: Any, query: Query, **standing: Any) -> Any:
    """`standing` is what the decorators of the views put on a request."""
    from django.test import RequestFactory

    from tenantpilot.web.ui.tables.listing import Listing

    request = RequestFactory().get(f"/?{urlencode(query)}")
    vars(request).update(user=person, **standing)
    return Listing(table, rows, request)
