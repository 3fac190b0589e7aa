"""Audit entries as a page shows them: with the names of what they speak of, as far as it still exists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant, User

Words = str | Promise
MOST_FACTS = 3


@dataclass(frozen=True)
class Target:
    """The subject of an entry. `url` is empty where there is no page of it, or no more."""

    name: Words
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """A value before and after; a side that the entry does not have is None."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class EntryLine:
    """An entry with its target, its tenant, and what it changed."""

    entry: AuditLog
    target: Target | None
    tenant: Target | None
    facts: list[Fact]

    @property
    def first_facts(self) -> list[Fact]:
        return self.facts[:MOST_FACTS]


def lines_of(entries: Iterable[AuditLog], *, shows_tenants: bool) -> list[EntryLine]:
    """Return the entries with names, in at most four queries more, however many they are."""
    rows = list(entries)
    homes = {row.workspace_id for row in rows}
    targets = {target_type: find(_ids(rows, target_type), homes) for target_type, find in FINDERS.items()}
    tenants = _tenants({row.tenant_id for row in rows if row.tenant_id}, homes) if shows_tenants else {}
    return [EntryLine(row, _target(row, targets), tenants.get(row.tenant_id or 0), facts_of(row)) for row in rows]


def facts_of(entry: AuditLog) -> list[Fact]:
    """Return the values before and after, by name, in the order in which they were stored."""
    before, after = _object(entry.before), _object(entry.after)
    names = dict.fromkeys([*before, *after])
    return [Fact(_readable(name), _text(before, name), _text(after, name)) for name in names]


def _target(entry: AuditLog, targets: Mapping[str, Mapping[int, Target]]) -> Target | None:
    if not entry.target_id:
        return None
    key = int(entry.target_id) if entry.target_id.isascii() and entry.target_id.isdigit() else 0
    target = targets.get(entry.target_type, {}).get(key)
    return target or Target(f"{_readable(entry.target_type)} #{entry.target_id}")


def _ids(entries: list[AuditLog], target_type: str) -> set[int]:
    texts = (entry.target_id for entry in entries if entry.target_type == target_type)
    return {int(text) for text in texts if text.isascii() and text.isdigit()}


def _people(ids: set[int], _homes: set[int]) -> dict[int, Target]:
    return {pk: Target(name) for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "display_name")}


def _runs(ids: set[int], homes: set[int]) -> dict[int, Target]:
    runs = OperationRun.everywhere.filter(pk__in=ids, workspace_id__in=homes).select_related("tenant")
    runs = runs.only("pk", "type", "tenant__slug")
    return {run.pk: Target(f"{operation_types.label(run.type)} #{run.pk}", run_url(run)) for run in runs}


def _schedules(ids: set[int], homes: set[int]) -> dict[int, Target]:
    schedules = Schedule.everywhere.filter(pk__in=ids, workspace_id__in=homes).values_list("pk", "name", "tenant__slug")
    return {pk: Target(name, _schedules_page(slug)) for pk, name, slug in schedules}


def _schedules_page(slug: str | None) -> str:
    """Return the page of the tenant's schedules, or of the workspaces' where there is no tenant."""
    return reverse("schedules", args=[slug]) if slug else reverse("workspace-schedules")


def _tenants(ids: set[int], homes: set[int]) -> dict[int, Target]:
    tenants = Tenant.everywhere.filter(pk__in=ids, workspace_id__in=homes).values_list("pk", "name", "slug")
    return {pk: Target(name, reverse("tenant-overview", args=[slug])) for pk, name, slug in tenants}


FINDERS: Mapping[str, Callable[[set[int], set[int]], dict[int, Target]]] = {
    "person": _people,
    "operation_run": _runs,
    "schedule": _schedules,
}


def _object(stored: Any) -> dict[str, Any]:
    return stored if isinstance(stored, dict) else {}


def _text(values: dict[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    if name == "type" and isinstance(value, str):
        return operation_types.label(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value is None or value == "" else str(value)


def _readable(name: str) -> str:
    return name.replace("_", " ").capitalize()
