"""Status-like values are shown as badges from one catalogue (UI-01)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantpilot.core.badges import BadgeCatalog, Tone
from tenantpilot.operations.states import RunOutcome, RunStatus

pytestmark = pytest.mark.contract


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=30), st.integers(), st.lists(st.integers())))
def test_an_unknown_value_gets_a_neutral_badge_and_never_fails(domain: str, value: Any) -> None:
    """UI-01, UX-50."""
    badge = BadgeCatalog.get(domain, value)
    if (domain, str(value)) not in BadgeCatalog.all():
        assert badge.tone is Tone.NEUTRAL
    assert str(badge.label).strip()


def test_every_status_and_every_outcome_of_a_run_has_an_entry() -> None:
    """UI-01, UX-52."""
    states = ({*RunStatus.values} - {"completed"}) | {*RunOutcome.values}
    assert {value for domain, value in BadgeCatalog.all() if domain == "run"} == states


@pytest.mark.parametrize("entry", list(BadgeCatalog.all().items()), ids=str)
def test_every_badge_has_a_word_and_an_icon_beside_its_colour(entry: Any) -> None:
    """UI-01, UX-51."""
    _place, badge = entry
    assert str(badge.label)
    assert badge.icon
    assert isinstance(badge.tone, Tone)


def test_a_value_of_a_later_version_is_readable() -> None:
    """UI-01."""
    assert str(BadgeCatalog.get("run", "waiting_for_approval").label) == "Waiting for approval"
