"""Summary counts: flat, numeric, known keys (OPS-10)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tenantpilot.operations.lifecycle.outcome import ending_of
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.summary import OperationSummaryKeys, clean_counts
from tests.operations.kit import Engine

pytestmark = pytest.mark.contract

OF_THE_CONTRACT = (
    "total", "processed", "succeeded", "failed", "skipped", "created", "updated", "deleted", "unchanged", "items",
    "policies", "groups", "versions", "assignments", "tenants", "warnings",
)  # fmt: skip


def test_the_keys_of_the_contract_are_there() -> None:
    """OPS-10: one list, the single source."""
    assert set(OF_THE_CONTRACT) <= set(OperationSummaryKeys.all())
    assert len(set(OperationSummaryKeys.all())) == len(OperationSummaryKeys.all())


def test_other_keys_are_dropped_and_logged_once(engine: Engine, alice: Any) -> None:
    """OPS-10."""

    def handler(context: RunContext) -> None:
        for _item in range(10):
            context.count("created")
            context.count("bananas")

    with capture_logs() as lines:
        run = engine.perform(handler, alice)
    assert run.summary_counts == {"created": 10}
    dropped = [line for line in lines if line["event"] == "summary_counts_dropped"]
    assert [line["keys"] for line in dropped] == [["bananas"]]


@given(
    st.dictionaries(
        st.sampled_from([*OF_THE_CONTRACT, "other", ""]),
        st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans(), st.lists(st.integers())),
    )
)
def test_whatever_is_counted_what_is_stored_is_flat_whole_and_known(counts: dict[str, Any]) -> None:
    """OPS-10."""
    stored = clean_counts(counts)
    assert set(stored) <= set(OperationSummaryKeys.all())
    assert all(type(value) is int and 0 <= value <= 2**53 for value in stored.values())
    assert list(stored) == [key for key in OperationSummaryKeys.all() if key in stored]


def test_a_key_is_declared_once() -> None:
    """OPS-10: the keys of rooms stand between items and tenants."""
    keys = OperationSummaryKeys.all()
    assert keys.index("items") < keys.index("policies") < keys.index("assignments") < keys.index("tenants")
    with pytest.raises(ValueError, match="'policies' is declared already"):
        OperationSummaryKeys.declare("policies", "policies")


def test_counts_below_zero_are_dropped() -> None:
    """OPS-10."""
    assert ending_of({"created": -1, "updated": 2}).counts == {"updated": 2}
