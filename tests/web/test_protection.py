"""The state of a tenant's protection: which set speaks for it, and whether that set is recent and good."""

from datetime import timedelta

import pytest

from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.protection import protection_of, shown_of, state_of, with_protection
from tenantpilot.operations.models import Schedule
from tenantpilot.tenancy.models import Tenant
from tests.backups.kit import finished_set, new_chain

ASKED = {"policy_types": ["deviceConfiguration"], "left_out": ["group"], "left_out_reason": "Kept elsewhere"}
WHOLE = {"policy_types": ["group", "deviceConfiguration"], "policies": None, "left_out": []}
CHOSEN = {"policy_types": ["group"], "policies": 1, "left_out": []}
MOST = {"policy_types": ["group", "deviceConfiguration"], "policies": None, "left_out": ["script"]}


@pytest.fixture
def made(contoso, olivia, now):
    """made(WHOLE, days=1) keeps a good set of that age; made(MOST, "daily", days=1) one of a schedule."""

    def made(asked, frequency=None, *, days):
        at = now - timedelta(days=days)
        chain = new_chain(contoso, at, kind="scheduled" if frequency else "manual")
        if frequency:
            facts = {"workspace_id": contoso.workspace_id, "tenant": contoso, "time_zone": "UTC", "next_slot_at": now}
            chain.schedule = Schedule.everywhere.create(
                **facts,
                name=f"{frequency} {chain.pk}",
                type=BACKUP_SCHEDULE_RUN.key,
                frequency=frequency,
                created_at=now,
                created_by=olivia,
            )
            chain.save(update_fields=["schedule"])
        return finished_set(chain, 1, at, asked=asked)

    return made


@pytest.mark.parametrize(
    ("newest", "state"),
    [
        ({"state": "incomplete"}, "newest_not_good"),
        ({"state": "failed"}, "newest_not_good"),
        ({"verdict": "damaged"}, "newest_not_good"),
        ({"verdict": "intact"}, "by_hand"),
        ({"state": "incomplete", "asked": CHOSEN}, "by_hand"),
    ],
)
def test_b2_a_tenant_whose_newest_set_is_not_good_is_not_green(contoso, made, now, newest, state):
    made(WHOLE, days=1)
    finished_set(new_chain(contoso, now), 1, now, **{"asked": WHOLE} | newest)
    assert protection_of(contoso, now=now).state == state
    row = with_protection(Tenant.everywhere.filter(pk=contoso.pk), now=now).get()
    assert shown_of([row], now=now)[contoso.pk].state == state


@pytest.mark.parametrize(
    ("sets", "shown", "state"),
    [
        ([(WHOLE, None, 3), (ASKED, None, 0)], 0, "by_hand"),
        ([(WHOLE, None, 3), (CHOSEN, None, 0)], 0, "by_hand"),
        ([(WHOLE, None, 3), (WHOLE, None, 1)], 1, "by_hand"),
        ([(MOST, None, 2), (ASKED, None, 1)], 0, "by_hand"),
        ([(WHOLE, "daily", 1), (ASKED, "hourly", 0)], 0, "protected"),
        ([(WHOLE, "daily", 3), (ASKED, "hourly", 0)], 0, "overdue"),
        ([(WHOLE, None, 1), (MOST, "daily", 0)], 0, "protected"),
        ([(WHOLE, None, 3), (MOST, "daily", 1)], 1, "protected"),
        ([(WHOLE, "weekly", 9), (CHOSEN, None, 0)], 0, "protected"),
        ([(WHOLE, None, 300)], 0, "overdue"),
    ],
)
def test_b10_a_small_set_made_by_hand_does_not_speak_for_all(contoso, made, now, sets, shown, state):
    rows = [made(asked, frequency, days=days) for asked, frequency, days in sets]
    protection = protection_of(contoso, now=now)
    assert (protection.last_good, protection.state) == (rows[shown], state)
    row = with_protection(Tenant.everywhere.filter(pk=contoso.pk), now=now).get()
    found = shown_of([row], now=now)[contoso.pk]
    assert (found.last_good, found.state) == (rows[shown], state)


@pytest.mark.parametrize(
    ("until", "age", "state"),
    [(0, 47, "protected"), (-1, 49, "overdue"), (None, 168, "by_hand"), (None, 169, "overdue")],
)
def test_a_tenant_is_overdue_once_its_set_is_no_longer_recent(now, until, age, state):
    until_at = None if until is None else now + timedelta(seconds=until)
    assert state_of(now - timedelta(hours=age), until_at, now=now) == state
