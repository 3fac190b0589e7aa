"""An item whose transaction was undone counts nothing but its failure (OPS-10)."""

from tenantpilot.core.errors import ReasonedError
from tenantpilot.operations.items.working import Item, work_through


def test_ops_10_counts_of_an_item_that_was_undone_are_taken_back(engine):
    def work(run, item):
        run.count("deleted")
        run.count("warnings", 2)
        if item.key == "bad":
            run.item_failed("a part", "internal_error")
            raise ReasonedError(reason_code="throttled")

    items = [Item("good", "Good"), Item("bad", "Bad")]
    run = engine.perform(lambda context: work_through(context, find=lambda _run: items, work=work))
    counts = run.summary_counts
    assert (counts["deleted"], counts["warnings"], counts["succeeded"], counts["failed"]) == (1, 2, 1, 1)
    assert [failure["item"] for failure in run.failure_summary] == ["Bad"]
    assert counts["processed"] == counts["total"] == 2
