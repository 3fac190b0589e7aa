"""The facts of a run's page beyond the row: failures by reason, the timeline, the actions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.core.reasons import Reason, ReasonCatalog
from tenantpilot.operations.models import OperationRun, RunEvent
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.models import Tenant

Words = str | Promise

_EVENTS: dict[str, tuple[Words, str]] = {
    "queued": (gettext_lazy("Queued"), "clock"),
    "started": (gettext_lazy("Started"), "play"),
    "taken_over": (gettext_lazy("Taken over by another worker"), "rotate-cw"),
    "database_lost": (gettext_lazy("Left by a worker that lost the database"), "rotate-cw"),
    "handed_on": (gettext_lazy("Handed on by a worker that was asked to end"), "rotate-cw"),
    "set_aside": (gettext_lazy("Set aside until Microsoft Graph may be asked again"), "clock"),
    "hastened": (gettext_lazy("Put before scheduled work because a person asked for it"), "arrow-up"),
    "asked_by_operation": (gettext_lazy("Asked for by an operation of the workspace"), "building-2"),
    "resumed": (gettext_lazy("Taken up again"), "play"),
    "dispatched_again": (gettext_lazy("Put in line again"), "rotate-cw"),
    "cancel_requested": (gettext_lazy("Cancel requested"), "ban"),
    "completed": (gettext_lazy("Ended"), "check"),
}


_ICONS_OF_OUTCOMES = {
    RunOutcome.SUCCEEDED.value: "check",
    RunOutcome.PARTIALLY_SUCCEEDED.value: "triangle-alert",
    RunOutcome.FAILED.value: "circle-x",
    RunOutcome.CANCELLED.value: "ban",
}
PAGES_OF_SUBJECTS = {"policy": "policy"}


def run_of_tenant(tenant: Tenant, run_id: int) -> OperationRun:
    """With everything that its page shows. Raises Http404."""
    runs = OperationRun.objects.of_tenant(tenant)
    run = (
        runs.select_related("tenant", "initiator", "live", "retry_of__tenant", "cancel_requested_by")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        raise Http404
    return run


@dataclass(frozen=True)
class FailedItem:
    """An item under its reason: its name, its object's address, and the id for Microsoft's support."""

    name: str
    url: str
    about: str


@dataclass
class FailureGroup:
    """All failures with one reason."""

    code: str
    message: str
    reason: Reason | None
    items: list["FailedItem"] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Failures:
    groups: list[FailureGroup]
    more: int


def failures_of(run: OperationRun) -> Failures:
    """Grouped by reason, in the order in which they happened, with their items."""
    groups: dict[tuple[str, str], FailureGroup] = {}
    more = 0
    for entry in run.failure_summary:
        if "more" in entry:
            more = int(entry["more"])
            continue
        key = (entry["code"], entry["message"])
        group = groups.setdefault(key, _group(*key))
        group.count += 1
        if "item" in entry or "request_id" in entry:
            group.items.append(_item(run, entry))
    return Failures(list(groups.values()), more)


def _group(code: str, message: str) -> FailureGroup:
    return FailureGroup(code, message, _reason(code))


def _item(run: OperationRun, entry: dict[str, str]) -> FailedItem:
    request_id = entry.get("request_id")
    about = _("request id %(id)s") % {"id": request_id} if request_id else ""
    return FailedItem(entry.get("item", ""), _address(run, entry.get("subject", "")), about)


def _address(run: OperationRun, subject: str) -> str:
    """Return the page of what a failure is about; empty where there is none."""
    subject_type, _colon, key = subject.partition(":")
    if subject_type not in PAGES_OF_SUBJECTS or run.tenant is None:
        return ""
    return reverse(PAGES_OF_SUBJECTS[subject_type], args=[run.tenant.slug, int(key)])


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    event: RunEvent
    words: Words
    icon: str
    detail: str


def timeline(run: OperationRun, events: Iterable[Any]) -> list[Moment]:
    """Events in words; one that this version does not know reads as its name."""
    return [_moment(run, event) for event in events]


def _moment(run: OperationRun, event: RunEvent) -> Moment:
    words, icon = _EVENTS.get(event.name, (event.name.replace("_", " ").capitalize(), "info"))
    if event.name == "completed":
        icon = _ICONS_OF_OUTCOMES.get(str(event.data.get("outcome")), icon)
    if event.name == "cancel_requested" and run.cancel_requested_by:
        words = _("Cancel requested by %(person)s") % {"person": run.cancel_requested_by.display_name}
    attempt = _("attempt %(attempt)d") % {"attempt": event.attempt} if event.attempt > 1 else ""
    facts = [f"{key.replace('_', ' ')}: {value}" for key, value in event.data.items() if key != "outcome"]
    return Moment(event, words, icon, " · ".join([*([attempt] if attempt else []), *facts]))


def _reason(code: str) -> Reason | None:
    return ReasonCatalog.get(code) if ReasonCatalog.knows(code) else None
