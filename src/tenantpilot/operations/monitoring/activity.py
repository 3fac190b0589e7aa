"""The runs that are under way for a person, and the tag by which an unchanged answer is a 304 (UX-64 to UX-67)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Case, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User, WorkspaceMember
from tenantpilot.tenancy.roles import roles_with

SHOWN = 5
COUNTED = 100


@dataclass(frozen=True)
class Activity:
    """Active runs, oldest first: at most five to show, and how many more there are."""

    runs: tuple[OperationRun, ...]
    total: int
    tag: str

    @property
    def more(self) -> int:
        return self.total - len(self.runs)

    @property
    def total_is_capped(self) -> bool:
        return self.total >= COUNTED


def activity_of(person: User | None) -> Activity:
    """Return the active runs that the widget shows. One query."""
    if person is None:
        return Activity((), 0, tag_of(()))
    rows = list(_with_facts(active_runs(person)).for_list()[:COUNTED])
    return Activity(tuple(rows[:SHOWN]), len(rows), tag_of(run.facts for run in rows))


def active_runs(person: User) -> Any:
    """Of every tenant in which the person may see operations, and workspace-wide ones of their workspaces."""
    able = roles_with(Capability.OPERATIONS_VIEW)
    through = WorkspaceMember.everywhere.filter(user=person, role__in=able).values("workspace_id")
    visible = Q(tenant__in=tenants_where(person, Capability.OPERATIONS_VIEW).values("pk")) | Q(
        tenant=None, workspace__in=through
    )
    return OperationRun.everywhere.active().filter(visible).oldest_first()


def tag_of(facts: Iterable[str]) -> str:
    """Changes exactly when something that the widget draws changes; elapsed time ticks in the browser."""
    return hashlib.sha256("|".join(sorted(facts)).encode()).hexdigest()[:20]


class _Joined(Aggregate):
    """STRING_AGG, which SQLite and PostgreSQL both have."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, '|')"
    output_field = TextField()


def _text(value: str) -> Value:
    """PostgreSQL joins only texts of one type."""
    return Value(value, output_field=TextField())


def _with_facts(runs: Any) -> Any:
    """Return each run with one text that holds everything about it that can change while it is active."""
    cancelling = Case(When(cancel_requested_at=None, then=_text("")), default=_text("c"))
    processed, total = (Coalesce(Cast(f"live__{name}", TextField()), _text("-")) for name in ("processed", "total"))
    parts = [Cast("pk", TextField()), Cast("status", TextField()), cancelling, processed, total]
    between = [piece for part in parts for piece in (part, _text(":"))]
    return runs.annotate(facts=Concat(*between, output_field=TextField()))


def person_with_facts(key: int) -> Any:
    """Return the active person with the facts of their active runs in `active_facts`, or None. One query."""
    statement, parameters = _statement(connection.vendor)
    result = User.objects.raw(statement, [key if value == _ANYBODY else value for value in parameters])
    return next(iter(result), None)


_ANYBODY = -1


@cache
def _statement(vendor: str) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG001 the key of its cache
    """Return the query as SQL, with _ANYBODY where the person's id goes: building it is the slow part."""
    rows = active_runs(User(pk=_ANYBODY)).values("pk")[:COUNTED]
    facts = _with_facts(OperationRun.everywhere.filter(pk__in=rows).order_by())
    joined = facts.annotate(all=Value(1)).values("all").annotate(joined=_Joined("facts")).values("joined")
    people = User.objects.filter(pk=_ANYBODY, is_active=True).annotate(active_facts=Subquery(joined))
    statement, parameters = people.query.sql_with_params()
    return statement, tuple(parameters)
