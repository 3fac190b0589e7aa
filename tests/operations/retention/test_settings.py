"""How long runs are kept is a setting that fails loudly."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenantpilot.config import environment

DEFAULT = {"succeeded": 180, "failed": 365}


def test_days_are_given_by_outcome_and_by_type_over_the_default(monkeypatch):
    monkeypatch.setenv("TENANTPILOT_KEEP_RUNS", "succeeded=30, inventory_sync.failed=7")
    assert environment.days("KEEP_RUNS", DEFAULT) == {"succeeded": 30, "failed": 365, "inventory_sync.failed": 7}


@pytest.mark.parametrize("given", ["succeeded", "succeeded=soon", "succeeded=0", "succeeded=-1", "sometimes=3", "=3"])
def test_days_that_mean_nothing_are_refused_with_a_way_out(monkeypatch, given):
    monkeypatch.setenv("TENANTPILOT_KEEP_RUNS", given)
    with pytest.raises(ImproperlyConfigured, match=r"TENANTPILOT_KEEP_RUNS holds .*; write days such as succeeded=30"):
        environment.days("KEEP_RUNS", DEFAULT)
