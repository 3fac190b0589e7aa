"""Progress, whatever a handler reports (OPS-21, OPS-22)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.lifecycle.progress import MAX, Progress
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.run_context import RunContext
from tests.operations.kit import Engine, again

pytestmark = pytest.mark.contract

HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 50),
    st.floats(),
    st.text(max_size=3),
    st.just(10**30),
    st.just(-1),
)
REPORTS = st.lists(st.tuples(HOSTILE, HOSTILE), max_size=30)
HONEST = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=30)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX


@given(REPORTS)
def test_progress_is_determinate_only_when_both_numbers_are_valid(reports: list[tuple[Any, Any]]) -> None:
    """OPS-22."""
    progress = Progress()
    for processed, total in reports:
        progress = progress.advanced(processed, total)
        determinate = whole(processed) and whole(total) and total > 0
        assert (progress.processed is not None) is determinate
        assert (progress.total is not None) is determinate


@given(REPORTS)
def test_progress_never_goes_above_the_total_or_below_zero(reports: list[tuple[Any, Any]]) -> None:
    """OPS-22: clamped to 0 to 100."""
    progress = Progress()
    for report in reports:
        progress = progress.advanced(*report)
        if progress.processed is not None and progress.total is not None:
            assert 0 <= progress.processed <= progress.total
            assert progress.total > 0


@given(REPORTS)
def test_progress_never_goes_back(reports: list[tuple[Any, Any]]) -> None:
    """OPS-22: also when it was unknown in between."""
    progress, most = Progress(), 0
    for report in reports:
        progress = progress.advanced(*report)
        if progress.processed is not None:
            assert progress.processed >= most
            most = progress.processed


@given(HONEST)
def test_progress_is_never_done_before_it_was_said_to_be(reports: list[tuple[int, int]]) -> None:
    """OPS-22: a shrinking total does not complete anything."""
    progress, said = Progress(), set[int]()
    for processed, total in reports:
        if processed >= total:
            said.add(total)
        progress = progress.advanced(processed, total)
        if progress.total is not None and progress.processed == progress.total:
            assert processed >= total or total in said


def test_a_total_that_shrinks_below_what_was_done_leaves_what_remains() -> None:
    """OPS-22."""
    assert Progress().advanced(50, 100).advanced(5, 10) == Progress(50, 55, 50, 0)


def test_a_total_that_grows_keeps_what_was_done() -> None:
    """OPS-22."""
    assert Progress().advanced(50, 100).advanced(50, 200) == Progress(50, 200, 50, 0)


def test_reports_that_come_out_of_order_change_nothing() -> None:
    """OPS-22: two threads of one handler."""
    assert Progress().advanced(100, 100).advanced(99, 100) == Progress(100, 100, 100, 100)


def test_a_handler_may_report_anything_and_the_run_still_ends(engine: Engine, alice: Any) -> None:
    """OPS-22, OPS-07."""
    hostile: list[tuple[Any, Any]] = [(None, None), (-1, 10), (5, -1), (20, 10), ("x", "y"), (10**40, 10**40), (3, 0)]

    def handler(context: RunContext) -> None:
        for report in hostile:
            context.progress(*report)

    assert again(engine.perform(handler, alice)).outcome == "succeeded"


def test_progress_lives_beside_the_run_and_leaves_its_row_alone(engine: Engine, alice: Any) -> None:
    """OPS-21: the run's row changes a few times in its life."""
    claimed = engine.running(alice)
    before = OperationRun.everywhere.filter(pk=claimed.run.pk).values().get()
    assert engine.service.progress(claimed.lease, Progress(3, 9), now=engine.clock.move(seconds=5))
    live = RunProgress.objects.get(run=claimed.run)
    assert (live.processed, live.total, live.updated_at) == (3, 9, engine.clock())
    assert OperationRun.everywhere.filter(pk=claimed.run.pk).values().get() == before


def test_a_worker_that_takes_over_goes_on_where_the_checkpoint_is(engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-22: counts, failures and progress go on; nothing goes back."""

    def dies(context: RunContext) -> None:
        context.progress(2, 4)
        context.count("created", 2)
        context.item_failed("b", "graph_error", {"status": 500})
        engine.service.progress(context._lease, context.current_progress, now=engine.clock())
        context.checkpoint(ItemsCheckpoint(2))
        raise SystemExit

    def goes_on(context: RunContext) -> None:
        assert context.last_checkpoint(ItemsCheckpoint) == ItemsCheckpoint(2)
        context.progress(1, 4)
        assert context.current_progress.processed == 2
        context.count("created", 2)
        context.progress(4, 4)

    run = engine.start(alice)
    with pytest.raises(SystemExit):
        engine.work_on(run, dies)
    engine.clock.move(seconds=61)
    run = engine.work_on(run, goes_on)
    assert run.summary_counts == {"total": 4, "processed": 4, "failed": 1, "created": 4}
    assert run.failure_summary[0]["item"] == "b"
    assert run.outcome == "partially_succeeded"


def test_a_fresh_start_has_nothing_to_resume(engine: Engine, alice: Any) -> None:
    engine.perform(lambda context: context.note("seen", resume=str(context.last_checkpoint(ItemsCheckpoint))), alice)
    from tenantpilot.operations.models import RunEvent

    assert RunEvent.objects.get(name="seen").data == {"resume": "None"}
