"""The surfaces that speak of runs, held together (OPS-21, OPS-25, OPS-27)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve

import tenantpilot
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import Notification
from tenantpilot.operations.monitoring.activity import activity_of
from tenantpilot.operations.states import RunStatus
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant
from tests.operations.kit import WORK, Engine

pytestmark = pytest.mark.contract

SOURCE = Path(tenantpilot.__path__[0])


@pytest.fixture
def engine(contoso: Tenant, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    return Engine(contoso)


def test_the_widget_shows_active_runs_alone(engine: Engine, alice: Any) -> None:
    """OPS-21: a completed run never appears."""
    queued, running = engine.start(alice, what="a"), engine.running(alice, what="b").run
    engine.completed(alice, what="c")
    engine.perform(lambda context: 1 / 0, alice, what="d")
    shown = activity_of(alice).runs
    assert [run.pk for run in shown] == [queued.pk, running.pk]
    assert {run.status for run in shown} <= {RunStatus.QUEUED, RunStatus.RUNNING}


def test_the_widget_shows_nothing_of_a_tenant_that_is_not_the_persons(engine: Engine, alice: Any, charlie: Any) -> None:
    """OPS-21, SEC-02."""
    engine.start(alice)
    assert activity_of(charlie).runs == ()
    assert activity_of(None).total == 0


def test_every_link_leads_to_the_run_under_monitoring(engine: Engine, alice: Any) -> None:
    """OPS-25."""
    run = engine.start(alice)
    match = resolve(run_url(run))
    assert (match.url_name, match.kwargs["tenant"]) == ("operation-run", "contoso")


def test_no_page_makes_that_link_by_itself() -> None:
    """OPS-25: neither `reverse` nor `{% url %}` names the address of a run outside the helper."""
    by_hand = re.compile(r"""(?:reverse(?:_lazy)?\(|\{%\s*url)\s*["'](?:workspace-)?operation-run["']""")
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]
    found = [path.relative_to(SOURCE).as_posix() for path in files if by_hand.search(path.read_text())]
    assert found == ["operations/links.py"]


def test_the_ending_of_a_run_is_told_to_one_person_and_no_team(
    engine: Engine, alice: Any, bob: Any, olivia: Any
) -> None:
    """OPS-23, OPS-27: telling others is the job of alerts."""
    engine.completed(alice)
    assert [*Notification.everywhere.values_list("recipient", flat=True)] == [alice.pk]
