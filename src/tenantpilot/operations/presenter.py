"""Every word that people read about an operation is made here (OPS-20, UX-60, UX-61)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tenantpilot.core.reasons import Reason, ReasonCatalog
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.summary import OperationSummaryKeys
from tenantpilot.operations.types import OperationType, operation_types

MAX_COUNTS, SEVERAL = 4, 2


@dataclass(frozen=True)
class Toast:
    """A passing acknowledgement; it never holds the only copy of anything (UX-62)."""

    title: str
    body: str
    link_label: str
    url: str


@dataclass(frozen=True)
class NotificationText:
    """The words of a lasting notification."""

    title: str
    body: str
    link_label: str
    url: str
    outcome: str


Words = Callable[[Notification], NotificationText]
_WORDS: dict[str, Words] = {}


def register_words(kind: str) -> Callable[[Words], Words]:
    """Register the words of a kind of notifications that is about no operation. Raises ValueError if it has some."""

    def register(words: Words) -> Words:
        if kind in _WORDS:
            raise ValueError(f"notifications of the kind {kind!r} have their words already")
        _WORDS[kind] = words
        return words

    return register


class OperationUxPresenter:
    """Toasts acknowledge an intent; notifications tell an ending."""

    @staticmethod
    def queued_toast(operation_type: OperationType[Any] | str, run: OperationRun | None = None) -> Toast:
        """Shown only when a run was accepted; without the run at hand the toast has no link."""
        title = _("%(operation)s queued") % {"operation": _label(operation_type)}
        return Toast(title, _("Running in the background."), _("View run"), run_url(run) if run else "")

    @staticmethod
    def already_queued_toast(operation_type: OperationType[Any] | str, run: OperationRun) -> Toast:
        title = _("%(operation)s already queued") % {"operation": _label(operation_type)}
        return Toast(title, _("A matching run is already queued or running."), _("View run"), run_url(run))

    @staticmethod
    def could_not_start(operation_type: OperationType[Any], run: OperationRun) -> Toast:
        """Shown in place, not as a toast: nothing was accepted."""
        title = _("%(operation)s could not start") % {"operation": operation_type.label}
        return Toast(title, _("The queue did not accept the job. Try again."), _("View run"), run_url(run))

    @staticmethod
    def reason_text(run: OperationRun) -> str:
        """Return the reason of the run's ending, and who cancelled it; empty for one that succeeded or is under way."""
        if run.outcome in (None, "", RunOutcome.SUCCEEDED):
            return ""
        return _who_cancelled(run) or run.message or ReasonCatalog.describe(run.reason_code)

    @staticmethod
    def notification(notification: Notification) -> NotificationText:
        """Return the words for a stored notification: of an ending, or those that a room has registered."""
        if (words := _WORDS.get(notification.kind)) is not None:
            return words(notification)
        data, run = notification.data, notification.run
        operation = operation_types.label(data.get("type", ""))
        outcome = data.get("outcome", "")
        title = _TITLES.get(outcome, _TITLES[RunOutcome.FAILED])() % {"operation": operation}
        return NotificationText(
            title, _body(data, _who_cancelled(run)), _("View run"), run_url(run) if run else "", outcome
        )


def _label(operation_type: OperationType[Any] | str) -> str:
    return operation_types.label(operation_type) if isinstance(operation_type, str) else str(operation_type.label)


def counts_text(type_key: str, counts: Mapping[str, int]) -> str:
    """`44 policy types processed, 2 failed, 3 policies updated`: each count has its noun, said once (UX-61).

    Catalogue order, zeros left out, at most four, thousands separated.
    """
    nouns, before, words = operation_types.nouns(type_key), "", []
    for key in [key for key in OperationSummaryKeys.all() if counts.get(key) and key != "total"][:MAX_COUNTS]:
        noun, label = nouns.of(key), OperationSummaryKeys.label(key)
        figure = number_format(counts[key], force_grouping=True)
        is_repeated = before == noun % SEVERAL
        words.append(f"{figure} {label or _('in all')}" if is_repeated else f"{figure} {noun % counts[key]} {label}")
        before = noun % SEVERAL
    return ", ".join(word.strip() for word in words)


def count_rows(type_key: str, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return every count with its noun, in catalogue order: ("Policy types processed", 44)."""
    nouns = operation_types.nouns(type_key)
    keys = [key for key in OperationSummaryKeys.all() if key in counts]
    return [
        (capfirst(f"{nouns.of(key) % SEVERAL} {OperationSummaryKeys.label(key)}".strip()), counts[key]) for key in keys
    ]


def _who_cancelled(run: OperationRun | None) -> str:
    """Return it by the name that the person has now; empty where no person did."""
    if run is None or run.reason_code != "cancelled_by_person" or run.cancel_requested_by is None:
        return ""
    return _("%(person)s cancelled it.") % {"person": run.cancel_requested_by.display_name}


def _body(data: Mapping[str, object], who_cancelled: str) -> str:
    counts = data.get("counts")
    text = counts_text(str(data.get("type", "")), counts) if isinstance(counts, dict) else ""
    words = f"{text}." if text else ""
    reason = str(data.get("message") or ReasonCatalog.describe(str(data.get("reason_code") or "internal_error")))
    told_by_outcome: dict[str, list[str]] = {
        RunOutcome.SUCCEEDED: [_("Completed successfully."), words],
        RunOutcome.PARTIALLY_SUCCEEDED: [_("Completed with issues."), words, reason],
        RunOutcome.CANCELLED: [_("Stopped before it finished."), words, who_cancelled],
    }
    parts = told_by_outcome.get(str(data.get("outcome")), [reason, _("See the run for details.")])
    return " ".join(part for part in parts if part)


_TITLES = {
    RunOutcome.SUCCEEDED: lambda: _("%(operation)s completed"),
    RunOutcome.PARTIALLY_SUCCEEDED: lambda: _("%(operation)s partially completed"),
    RunOutcome.FAILED: lambda: _("%(operation)s failed"),
    RunOutcome.CANCELLED: lambda: _("%(operation)s cancelled"),
}


def reason_of(run: OperationRun) -> Reason | None:
    """Return the reason of the run's outcome; None where there is none, or where an unknown release wrote it."""
    return ReasonCatalog.get(run.reason_code) if ReasonCatalog.knows(run.reason_code) else None
