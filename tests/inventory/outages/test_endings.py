"""Every ending of every operation type: one notification for the person who started it, none for a system run."""

from collections import Counter
from typing import Any

import pytest

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.types import OperationType, operation_types
from tests.inventory.outages.endings import ENDINGS, ending_as, started_by
from tests.inventory.outages.works import Works, finish

pytestmark = [pytest.mark.contract, pytest.mark.same_on_both]
ALONE = {"circuit_open": "partially_succeeded"}


@pytest.mark.parametrize("kind", operation_types.all(), ids=lambda kind: kind.key)
def test_every_ending_of_every_type_notifies_its_person_once(
    kind: OperationType, works: Works, olivia: Any, monkeypatch: Any
) -> None:
    """OPS-13, OPS-23, OPS-24: never for a run that waits or runs. A system run that succeeds notifies nobody."""
    for name in ENDINGS:
        end(kind, name, olivia, works, monkeypatch)
    end(kind, "succeeded", None, works, monkeypatch)


@pytest.mark.deep
@pytest.mark.parametrize("kind", operation_types.all(), ids=lambda kind: kind.key)
def test_no_ending_of_a_system_run_notifies_anybody(kind: OperationType, works: Works, monkeypatch: Any) -> None:
    """OPS-23."""
    for name in ENDINGS:
        end(kind, name, None, works, monkeypatch)


def end(kind: OperationType, name: str, initiator: Any, works: Works, monkeypatch: Any) -> None:
    """Start a run, let it end like this, and count who was notified before, meanwhile and afterwards."""
    with started_by(initiator, monkeypatch):
        run = works.start(kind)
    assert not Notification.everywhere.filter(run=run).exists()
    with ending_as(ENDINGS[name], monkeypatch) as notified:
        run = finish(run)
    assert set(notified) == {0}
    assert (run.outcome, run.reason_code == "circuit_open") == expected(kind, name), (name, run.message)
    notified_once(run, initiator)


def expected(kind: OperationType, name: str) -> tuple[str, bool]:
    """Types whose breaker may see all items fail never open it: 60 % failed are a part."""
    return ALONE.get(name, name), name == "circuit_open" and kind.limits.breaker_share < 1


def notified_once(run: OperationRun, initiator: Any) -> None:
    notes = list(Notification.everywhere.filter(run=run))
    assert Counter(note.recipient_id for note in notes) == ({initiator.pk: 1} if initiator else {})
    for note in notes:
        assert str(OperationUxPresenter.notification(note))
