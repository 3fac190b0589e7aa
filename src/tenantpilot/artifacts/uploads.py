"""Removing uploads as soon as nobody reads them any more. Until then they are sealed: they may hold secrets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tenantpilot.artifacts.building import remove_file
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.states import UPLOADS, ArtifactState
from tenantpilot.core.outages import is_outage
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.run_context import CircuitOpen, RunCancelled, TimeLimitExceeded

UNCLAIMED_FOR = timedelta(minutes=15)
"""The longest time that an upload may wait for its run, or for the rest of its bytes."""
AT_MOST = 200
# Whatever else ends a handler, another worker goes on with the run.
_ENDS = (Exception, RunCancelled, TimeLimitExceeded, CircuitOpen)


@contextmanager
def at_the_end(clean_up: Callable[[], object]) -> Iterator[None]:
    """Call `clean_up` when the run ends here, whatever came of it, and not where another worker goes on with it."""
    try:
        yield
    except _ENDS as error:
        if not is_outage(error):
            clean_up()
        raise
    clean_up()


def started_or_cleaned_up(
    start: Callable[[], Started | AlreadyActive], clean_up: Callable[[], object]
) -> Started | AlreadyActive:
    """Return the answer of `start`. Call `clean_up` if it started no run that reads what was kept for it."""
    try:
        answer = start()
    except BaseException:
        clean_up()
        raise
    if isinstance(answer, AlreadyActive):
        clean_up()
    return answer


def discard_upload(artifact_id: int, *, now: datetime) -> bool:
    """Remove the content of an upload. Return False if it is gone already."""
    with transaction.atomic():
        uploads = Artifact.everywhere.filter(pk=artifact_id, purpose__in=UPLOADS)
        artifact = uploads.exclude(state=ArtifactState.GONE).select_for_update().first()
        return artifact is not None and remove_file(artifact, now=now)


def discard_uploads(*, now: datetime) -> int:
    """Remove the uploads whose runs ended without doing so, and those that no run ever asked for."""
    rows = Artifact.everywhere.filter(purpose__in=UPLOADS).exclude(state=ArtifactState.GONE)
    return sum(discard_upload(pk, now=now) for pk in over("artifact", rows, now=now))


def over(name: str, rows: QuerySet[Any], *, now: datetime) -> Iterator[int]:
    """Yield the keys of rows that no run needs any more: all of them, so that those in use hide none behind them."""
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", "created_at")[:AT_MOST]):
        after = chunk[-1][0]
        is_active = activity_by(name, [pk for pk, _created_at in chunk], since=min(at for _pk, at in chunk))
        yield from (pk for pk, created_at in chunk if is_over(is_active.get(pk), created_at, now=now))


def sealed_with(key_id: str) -> int:
    """Count the uploads that need this key."""
    return int(Artifact.everywhere.filter(key_id=key_id).exclude(state=ArtifactState.GONE).count())


def activity_by(name: str, keys: Sequence[int], *, since: datetime) -> Mapping[int, bool]:
    """Return for each key that an input of this name holds in a run since then, if such a run is still active."""
    runs = OperationRun.everywhere.filter(created_at__gte=since - UNCLAIMED_FOR, inputs__has_key=name)
    is_active: dict[int, bool] = {}
    for inputs, completed_at in runs.values_list("inputs", "completed_at"):
        if inputs[name] in keys:
            is_active[inputs[name]] = is_active.get(inputs[name], False) or completed_at is None
    return is_active


def is_over(is_active: bool | None, created_at: datetime, *, now: datetime) -> bool:
    """Return True if the run of this has ended, or if there is none (None) though it was waited for."""
    return created_at <= now - UNCLAIMED_FOR if is_active is None else not is_active
