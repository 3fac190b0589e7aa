"""The words that people read, letter by letter (OPS-20, OPS-25, OPS-26, UX-60, UX-61)."""

from typing import Any

import pytest

from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import Notification
from tenantpilot.operations.presenter import OperationUxPresenter, Toast, count_rows, counts_text
from tenantpilot.operations.summary import OperationSummaryKeys
from tenantpilot.operations.types import OperationType, operation_types
from tenantpilot.tenancy.models import User
from tests.operations.kit import WORK, Engine, WorkInputs

pytestmark = pytest.mark.contract


def test_a_request_that_was_accepted(engine: Engine, alice: Any) -> None:
    """OPS-20, UX-60."""
    run = engine.start(alice)
    assert OperationUxPresenter.queued_toast(WORK, run) == Toast(
        "Inventory sync queued", "Running in the background.", "View run", run_url(run)
    )


def test_a_request_that_joined(engine: Engine, alice: Any) -> None:
    """OPS-20, OPS-26, UX-60: the one canonical toast with its link."""
    run = engine.start(alice)
    assert OperationUxPresenter.already_queued_toast(WORK, run) == Toast(
        "Inventory sync already queued", "A matching run is already queued or running.", "View run", run_url(run)
    )


@pytest.mark.parametrize("kind", operation_types.all(), ids=lambda kind: kind.key)
def test_the_label_of_every_operation_is_a_noun(kind: OperationType) -> None:
    """UX-60: "Ignore policies queued" is no English; a capability or a button says what to do, a label what is done."""
    verbs = "add archive assign back check compare copy delete export ignore import list purge read remove rename reset"
    more = "restart restore retry run send start stop sync take test undo unignore update wipe"
    assert str(kind.label).split()[0].casefold() not in f"{verbs} {more}".split()


def test_a_request_that_the_queue_refused(engine: Engine, alice: Any) -> None:
    """OPS-31, UX-60."""
    run = engine.start(alice)
    assert OperationUxPresenter.could_not_start(WORK, run) == Toast(
        "Inventory sync could not start", "The queue did not accept the job. Try again.", "View run", run_url(run)
    )


COUNTS = {"total": 500, "processed": 480, "failed": 2, "skipped": 0, "created": 3}


@pytest.mark.parametrize(
    ("outcome", "message", "title", "body"),
    [
        ("succeeded", "", "Inventory sync completed", "Completed successfully. 480 policy types processed, 2 failed, 3 policies created."),
        ("partially_succeeded", "Graph answered 500.", "Inventory sync partially completed", "Completed with issues. 480 policy types processed, 2 failed, 3 policies created. Graph answered 500."),
        ("failed", "Graph answered 500.", "Inventory sync failed", "Graph answered 500. See the run for details."),
        ("cancelled", "A person cancelled it.", "Inventory sync cancelled", "Stopped before it finished. 480 policy types processed, 2 failed, 3 policies created."),
    ],
)  # fmt: skip
def test_a_notification_reads(engine: Engine, alice: Any, outcome: str, message: str, title: str, body: str) -> None:
    """OPS-23, UX-60, UX-61."""
    run = engine.completed(alice)
    data = {"type": WORK.key, "outcome": outcome, "counts": COUNTS, "reason_code": "graph_error", "message": message}
    told = OperationUxPresenter.notification(Notification(run=run, data=data))
    assert (told.title, told.body, told.link_label, told.url) == (title, body, "View run", run_url(run))


@pytest.mark.parametrize("data", [{}, {"outcome": "blocked", "type": "gone"}, {"outcome": None, "counts": [1]}])
def test_a_notification_of_another_version_still_reads(engine: Engine, alice: Any, data: dict[str, Any]) -> None:
    """UI-01: what is unknown never fails."""
    told = OperationUxPresenter.notification(Notification(run=engine.completed(alice), data=data))
    assert told.title.endswith("failed")
    assert "See the run for details." in told.body


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({}, ""),
        ({"processed": 480, "updated": 3, "failed": 2}, "480 policy types processed, 2 failed, 3 policies updated"),
        ({"processed": 1_234_567}, "1,234,567 policy types processed"),
        ({"failed": 0, "created": 1}, "1 policy created"),
        ({"total": 9, "processed": 1, "failed": 1}, "1 policy type processed, 1 failed"),
        ({"processed": 1, "succeeded": 2, "failed": 3, "skipped": 4, "created": 5}, "1 policy type processed, 2 succeeded, 3 failed, 4 skipped"),
        ({"processed": 44, "unchanged": 200, "policies": 200}, "44 policy types processed, 200 policies unchanged, 200 in all"),
        ({"processed": 2, "warnings": 1, "resolved": 1}, "2 policy types processed, 1 warning, 1 finding resolved"),
    ],
)  # fmt: skip
def test_counts_read_in_catalogue_order_with_nouns_without_zeros_at_most_four(
    engine: Engine, counts: dict[str, int], text: str
) -> None:
    """OPS-10: uX-61."""
    assert counts_text(WORK.key, counts) == text


@pytest.mark.parametrize("key", OperationSummaryKeys.all())
@pytest.mark.parametrize("kind", [*(kind.key for kind in operation_types.all()), "of_an_older_version"])
def test_no_count_of_any_operation_is_without_a_noun(kind: str, key: str) -> None:
    """UX-61: a number alone, or with a participle alone, does not say what was counted."""
    nouns = operation_types.nouns(kind)
    for number in (1, 5_402):
        assert counts_text(kind, {key: number}).startswith(f"{number:,} {nouns.of(key) % number}") or key == "total"
    [(label, _number)] = count_rows(kind, {key: 2})
    assert label.lower().startswith(nouns.of(key) % 2)


def test_a_notification_says_who_cancelled(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-12, OPS-23: by the name of today on the page, by the key in the row."""
    run = engine.start(alice)
    engine.service.request_cancel(run, actor=bob, now=engine.clock())
    notification = Notification.everywhere.get()
    assert notification.data["cancelled_by"] == bob.pk
    assert bob.display_name not in str(notification.data)
    User.objects.filter(pk=bob.pk).update(display_name="Roberta")
    body = OperationUxPresenter.notification(Notification.everywhere.get()).body
    assert body == "Stopped before it finished. Roberta cancelled it."


def test_every_link_to_a_run_leads_to_its_page(engine: Engine, alice: Any) -> None:
    """OPS-25: Monitoring, Operations, run detail."""
    run = engine.start(alice)
    assert run_url(run) == f"/admin/t/contoso/operations/{run.pk}/"


def test_a_run_of_the_workspace_has_its_page_too(engine: Engine, alice: Any) -> None:
    """OPS-25."""
    wide = engine.service.start(
        WORK, tenant=None, workspace=engine.tenant.workspace, initiator=alice, inputs=WorkInputs(), now=engine.clock()
    ).run
    assert str(wide.pk) in run_url(wide)
