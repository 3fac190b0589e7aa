"""The database keeps the rules of restores by itself, whoever writes: on both engines."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.states import ITEM_MOVES, MOVES, ItemState, RestoreState
from tests.versions.kit import new_policy, take


@pytest.fixture
def restore(contoso, alice, now):
    version = take(new_policy(contoso, now), {"id": "p1", "displayName": "Wi-Fi"}, now)
    return draft_of_versions(tenant=contoso, versions=[version], source="Wi-Fi", actor=alice, now=now)


def refuses(rows, **columns):
    try:
        with transaction.atomic():
            rows.update(**columns)
            transaction.set_rollback(True)
    except (IntegrityError, DatabaseError):
        return True
    return False


def brought_to(restore, state, alice, now):
    """Bring the restore to a state by legal moves; answers its row."""
    whole = {
        "fingerprint": "f", "reason": "r", "confirmed_by": alice, "confirmed_at": now, "previewed_at": now,
        "preview_expires_at": now,
    }  # fmt: skip
    rows = RestoreRun.everywhere.filter(pk=restore.pk)
    if state != RestoreState.DRAFT:
        rows.update(**whole)
    ways = {
        RestoreState.DRAFT: (),
        RestoreState.PREVIEWING: ("previewing",),
        RestoreState.BLOCKED: ("previewing", "blocked"),
        RestoreState.PREVIEWED: ("previewing", "previewed"),
        RestoreState.EXPIRED: ("previewing", "previewed", "expired"),
        RestoreState.CONFIRMED: ("previewing", "previewed", "confirmed"),
        RestoreState.EXECUTING: ("previewing", "previewed", "confirmed", "executing"),
        RestoreState.WAITING: ("previewing", "previewed", "confirmed", "executing", "waiting"),
        RestoreState.DONE: ("previewing", "previewed", "confirmed", "executing", "done"),
        RestoreState.DISCARDED: ("discarded",),
    }
    for step in ways[state]:
        rows.update(state=step)
    return rows


@pytest.mark.parametrize("state", RestoreState)
def test_a_restore_moves_as_the_table_says(restore, alice, now, state):
    rows = brought_to(restore, state, alice, now)
    refused = {new for new in RestoreState if new != state and refuses(rows, state=new)}
    legal = set(MOVES[state])
    if state == RestoreState.DRAFT:
        assert legal == set(RestoreState) - refused - {RestoreState.DRAFT}
    else:
        assert legal == set(RestoreState) - refused - {state}


def test_an_item_moves_as_the_table_says(restore, alice, now):
    brought_to(restore, RestoreState.EXECUTING, alice, now)
    rows = RestoreItem.everywhere.of_run(restore.pk)
    base = {"reason_code": "x", "before_version": rows.get().version}
    for old, new in product(ItemState, ItemState):
        if old == new:
            continue
        with transaction.atomic():
            if old != ItemState.PENDING:
                rows.update(state=old, **base)
            assert refuses(rows, state=new, **base) == (new not in ITEM_MOVES[old]), (old, new)
            transaction.set_rollback(True)


def test_what_a_person_chose_changes_in_a_draft_alone(restore, alice, now):
    items = RestoreItem.everywhere.of_run(restore.pk)
    assert not refuses(items, choice="skip")
    brought_to(restore, RestoreState.PREVIEWED, alice, now)
    assert refuses(items, choice="skip")
    assert refuses(items, action="update")
    assert refuses(items, live_hash="x")
    assert refuses(RestoreRun.everywhere.filter(pk=restore.pk), options={"assignments": "none"})
    assert not refuses(items, accepted=["wide_target"])


def test_what_was_confirmed_stays_as_it_was_shown(restore, alice, now):
    rows = brought_to(restore, RestoreState.CONFIRMED, alice, now)
    assert refuses(rows, fingerprint="g")
    assert refuses(rows, source="Another")
    assert refuses(RestoreItem.everywhere.of_run(restore.pk), accepted=["wide_target"])
    assert refuses(RestoreItem.everywhere.of_run(restore.pk), target_id="x")


@pytest.mark.parametrize("state", ["confirmed", "executing", "waiting", "done"])
def test_who_confirmed_it_when_and_why_stays(restore, alice, bob, now, state):
    rows = brought_to(restore, RestoreState(state), alice, now)
    later = now + timedelta(days=1)
    for change in ({"reason": "s"}, {"confirmed_by": bob}, {"confirmed_at": later}, {"approved_by": bob}):
        assert refuses(rows, **change), change
        assert not refuses(rows, outcome="succeeded")
    assert refuses(rows, state="previewed", approved_by=None) == (state != "confirmed")


def test_a_reference_is_decided_before_it_is_confirmed(restore, alice, now):
    RestoreMapping.everywhere.create(
        workspace_id=restore.workspace_id, tenant_id=restore.tenant_id, restore_run=restore, kind="group", source_id="a"
    )
    rows = RestoreMapping.everywhere.filter(restore_run=restore)
    assert not refuses(rows, action="skip")
    assert refuses(rows, action="map", target_id="")
    brought_to(restore, RestoreState.CONFIRMED, alice, now)
    assert refuses(rows, action="skip")


def test_nobody_confirms_without_a_name_and_a_reason(restore, alice, now):
    rows = brought_to(restore, RestoreState.PREVIEWED, alice, now)
    assert refuses(rows, state="confirmed", confirmed_by=None)
    assert refuses(rows, state="confirmed", reason="")
    assert refuses(rows, state="confirmed", fingerprint="")


def test_a_written_item_keeps_what_was_there(restore, alice, now):
    brought_to(restore, RestoreState.PREVIEWING, alice, now)
    items = RestoreItem.everywhere.of_run(restore.pk)
    items.update(action="update", found_id="p1")
    for state in ("previewed", "confirmed", "executing"):
        RestoreRun.everywhere.filter(pk=restore.pk).update(state=state)
    assert refuses(items, state="verified")
    assert not refuses(items, state="verified", before_version=items.get().version)
    assert refuses(items, state="failed")
