"""A clock that is set back in the middle of a sync, as the budget that all workers share keeps it (OPS-34)."""

import time

import pytest

from tenantpilot.tenancy import rate_budget
from tenantpilot.tenancy.models import GraphBudget

# One request a second is what Graph allows here: each booking reaches into the seconds to come.
SLOW = ("conditionalAccessPolicy", "namedLocation", "authenticationStrength")
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@pytest.mark.parametrize("back", [MINUTE, 2 * HOUR, 400 * DAY])
@pytest.mark.parametrize("after", [0, 1], ids=["between two syncs", "in the middle of one"])
def test_a_sync_waits_no_longer_than_it_would_have(own_database, sync, settings, monkeypatch, back, after):
    """OPS-34: bookings that lie further ahead than any wait are forgotten, also those that other workers made."""
    settings.GRAPH_SHARED_BUDGET = True
    assert sync(*SLOW).outcome == "succeeded"
    asked, database_time = [], rate_budget._database_time

    def set_back() -> float:
        asked.append(None)
        return database_time() - (back if len(asked) > after else 0.0)

    monkeypatch.setattr(rate_budget, "_database_time", set_back)
    began = time.monotonic()
    run = sync(*SLOW)
    assert (run.outcome, run.attempt) == ("succeeded", 1)
    assert len(asked) > after
    assert time.monotonic() - began < 20.0
    assert GraphBudget.objects.exists()
