"""What a run's page says beyond the row: failures by reason, the timeline in words, what may be done now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.core.reasons import Reason, ReasonCatalog
from tenantpilot.operations.models import OperationRun, RunEvent
from tenantpilot.operations.summary import OperationSummaryKeys
from tenantpilot.tenancy.models import Tenant

Words = str | Promise

_EVENTS: dict[str, tuple[Words, str]] = {
    "queued": (gettext_lazy("Queued"), "clock"),
    "started": (gettext_lazy("Started"), "play"),
    "taken_over": (gettext_lazy("Taken over by another worker"), "rotate-cw"),
    "database_lost": (gettext_lazy("Left by a worker that lost the database"), "rotate-cw"),
    "handed_on": (gettext_lazy("Handed on by a worker that was asked to end"), "rotate-cw"),
    "set_aside": (gettext_lazy("Set aside until Microsoft Graph may be asked again"), "clock"),
    "resumed": (gettext_lazy("Taken up again"), "play"),
    "dispatched_again": (gettext_lazy("Put in line again"), "rotate-cw"),
    "cancel_requested": (gettext_lazy("Cancel requested"), "ban"),
    "completed": (gettext_lazy("Ended"), "check"),
}


def run_of_tenant(tenant: Tenant, run_id: int) -> OperationRun:
    """With everything that its page shows. Raises Http404."""
    runs = OperationRun.objects.of_tenant(tenant)
    found: OperationRun | None = (
        runs.select_related("tenant", "initiator", "live", "retry_of__tenant", "cancel_requested_by")
        .filter(pk=run_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


@dataclass
class FailureGroup:
    """All failures with one reason."""

    code: str
    message: str
    reason: Reason | None
    items: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def next_step(self) -> str:
        return _(self.reason.next_step) if self.reason else ""

    @property
    def owner(self) -> str:
        return self.reason.owner.label if self.reason else ""


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
        group = groups.setdefault(key, FailureGroup(*key, _reason(entry["code"])))
        group.count += 1
        if named := _named(entry):
            group.items.append(named)
    return Failures(list(groups.values()), more)


def _named(entry: dict[str, str]) -> str:
    """The item, and the id that Microsoft's support asks for."""
    request_id = entry.get("request_id")
    about = _("request id %(id)s") % {"id": request_id} if request_id else ""
    return " · ".join(str(part) for part in (entry.get("item"), about) if part)


def reason_of(run: OperationRun) -> Reason | None:
    """Why the run as a whole ended as it did, where that needs a word."""
    return _reason(run.reason_code) if run.reason_code else None


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    event: RunEvent
    words: Words
    icon: str
    detail: str


def timeline(events: Iterable[Any]) -> list[Moment]:
    """Events in words; one that this version does not know reads as its name."""
    return [_moment(event) for event in events]


def count_rows(run: OperationRun) -> list[tuple[str, int]]:
    """Every count with its label, in catalogue order."""
    kept = [key for key in OperationSummaryKeys.all() if key in run.summary_counts]
    return [(OperationSummaryKeys.label(key), run.summary_counts[key]) for key in kept]


def _moment(event: RunEvent) -> Moment:
    words, icon = _EVENTS.get(event.name, (event.name.replace("_", " ").capitalize(), "info"))
    attempt = _("attempt %(attempt)d") % {"attempt": event.attempt} if event.attempt > 1 else ""
    facts = [f"{key.replace('_', ' ')}: {value}" for key, value in event.data.items() if key != "outcome"]
    return Moment(event, words, icon, " · ".join([*([attempt] if attempt else []), *facts]))


def _reason(code: str) -> Reason | None:
    return ReasonCatalog.get(code) if ReasonCatalog.knows(code) else None
