"""Runs as words, tables and JSON for a shell."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from tenantpilot.cli.console import out, say
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.badges import RUN
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.presenter import OperationUxPresenter, counts_text
from tenantpilot.operations.states import NEEDS_REMEDY
from tenantpilot.operations.types import operation_types

WIDE, NARROWEST_RESULT = 120, 24
COLORS = {"info": "cyan", "success": "green", "warning": "yellow", "danger": "red"}


def brief(run: OperationRun) -> dict[str, Any]:
    """Return the facts of a run that a list shows."""
    return {
        "id": run.pk,
        "type": run.type,
        "tenant": run.tenant.slug if run.tenant else None,
        "initiator": run.initiator.email if run.initiator else None,
        "status": run.status,
        "outcome": run.outcome,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "summary_counts": run.summary_counts,
        "reason_code": run.reason_code,
    }


def whole(run: OperationRun) -> dict[str, Any]:
    """Everything that a person may know of a run."""
    progress = live(run)
    events = run.events.in_order().values("at", "name", "attempt", "data")
    return {
        **brief(run),
        "message": run.message,
        "attempt": run.attempt,
        "progress": {"processed": progress.processed, "total": progress.total} if run.is_active else None,
        "failure_summary": run.failure_summary,
        "events": list(events),
    }


def print_json(data: Any) -> None:
    out.print(json.dumps(data, default=_as_text, indent=2), markup=False)


def table(runs: Sequence[OperationRun], *, now: datetime, width: int = WIDE) -> Table:
    """Return the runs as a table. In fewer columns than WIDE the result of each stands below its operation."""
    is_wide = width >= WIDE
    rows = Table(box=None, pad_edge=False, header_style="bold")
    rows.add_column("Run", no_wrap=True, justify="right")
    rows.add_column("State", no_wrap=is_wide)
    rows.add_column("Operation", no_wrap=is_wide, min_width=NARROWEST_RESULT)
    for heading in ("Tenant", "Initiator", "Age"):
        rows.add_column(heading, no_wrap=is_wide)
    if is_wide:
        rows.add_column("Result")
    for run in runs:
        label, result = operation_types.label(run.type), _result(run)
        facts = (
            run.tenant.name if run.tenant else "-",
            run.initiator.display_name if run.initiator else "system",
            _age(now - run.created_at),
        )
        cells = (label, *facts, result) if is_wide else (f"{label}\n{result}".strip(), *facts)
        rows.add_row(str(run.pk), state(run), *cells)
    return rows


def _result(run: OperationRun) -> str:
    return OperationUxPresenter.reason_text(run) or counts_text(run.type, run.summary_counts)


def print_remedies(runs: Sequence[OperationRun]) -> None:
    """Print below a list what to do about each reason in it, once, and who can."""
    codes = dict.fromkeys(run.reason_code for run in runs if run.outcome in NEEDS_REMEDY)
    for code in codes:
        if ReasonCatalog.knows(code):
            reason = ReasonCatalog.get(code)
            say(f"{code}: {reason.next_step} ({reason.owner.label})")


def print_whole(run: OperationRun, *, now: datetime) -> None:
    out.print(f"[bold]{title(run)}[/]  {state(run)}")
    for name, value in _facts(run, now=now):
        if value:
            out.print(f"  {name:<10} ", end="")
            out.print(value, markup=False)
    for failure in run.failure_summary:
        out.print(f"  ✗ {_failure(failure)}", markup=False)
    events: Any = run.events.in_order()
    for event in events:
        out.print(f"  {event.at:%H:%M:%S}  {event.name.replace('_', ' ')}{_data(event.data)}", markup=False)


def title(run: OperationRun) -> str:
    where = f" of {run.tenant.name}" if run.tenant else ""
    return f"Run {run.pk}: {operation_types.label(run.type)}{where}"


def state(run: OperationRun) -> str:
    badge = RUN.of(run.state)
    color = COLORS.get(badge.tone)
    return f"[{color}]{badge.label}[/]" if color else str(badge.label)


def live(run: OperationRun) -> RunProgress:
    """Return the progress of the run; an empty one before it began."""
    return getattr(run, "live", None) or RunProgress(run=run)


def _facts(run: OperationRun, *, now: datetime) -> list[tuple[str, str]]:
    progress = live(run)
    done = f"{progress.processed}/{progress.total}" if run.is_active and progress.total else ""
    reason = ReasonCatalog.get(run.reason_code) if ReasonCatalog.knows(run.reason_code) else None
    return [
        ("initiator", run.initiator.display_name if run.initiator else "system"),
        ("created", f"{run.created_at:%Y-%m-%d %H:%M:%S} UTC ({_age(now - run.created_at)} ago)"),
        ("took", _age(run.completed_at - run.started_at) if run.completed_at and run.started_at else ""),
        ("progress", done),
        ("counts", counts_text(run.type, run.summary_counts)),
        ("reason", OperationUxPresenter.reason_text(run)),
        ("next step", str(reason.next_step) if reason else ""),
        ("who can", reason.owner.label if reason else ""),
        ("attempts", str(run.attempt) if run.attempt > 1 else ""),
    ]


def _failure(entry: dict[str, Any]) -> str:
    if "more" in entry:
        return f"and {entry['more']} more"
    item = f"{entry['item']}: " if entry.get("item") else ""
    text = ", ".join(filter(None, (entry.get("code"), entry.get("request_id") and f"request id {entry['request_id']}")))
    return f"{item}{entry.get('message', '')} ({text})"


def _data(data: dict[str, Any]) -> str:
    return "".join(f"  {name}={value}" for name, value in data.items())


def _age(span: Any) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
