"""The audit log is append-only, and tampering with it can be detected (SEC-05)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantpilot.audit import services as audit
from tenantpilot.audit.chain import GENESIS
from tenantpilot.audit.guards import EXPECTED_TRIGGERS
from tenantpilot.audit.models import AuditChain, AuditLog
from tenantpilot.core.request_id import begin_request
from tenantpilot.tenancy.models import Tenant, User
from tests.databases import IS_POSTGRESQL
from tests.operations.kit import NOON

pytestmark = pytest.mark.contract


def record(action: str = "tenant.renamed", workspace_id: int = 1, **details: Any) -> AuditLog:
    with transaction.atomic():
        return audit.record(action, workspace_id=workspace_id, at=NOON, **details)


def record_and_fail() -> None:
    with transaction.atomic():
        audit.record("x", workspace_id=1, at=NOON)
        raise ZeroDivisionError


@contextmanager
def with_the_guards_down() -> Iterator[None]:
    """What an attacker can do who owns the database."""
    with connection.cursor() as cursor:
        if IS_POSTGRESQL:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("audit_log", "audit_chains"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for name in EXPECTED_TRIGGERS["sqlite"]:
                cursor.execute(f"DROP TRIGGER {name}")
        yield


@pytest.fixture
def chain(database: None) -> list[AuditLog]:
    """Five entries of one workspace, two of another."""
    entries = [record(f"step.{number}", after={"number": number}) for number in range(1, 6)]
    record("other", workspace_id=2)
    record("other", workspace_id=2)
    return entries


def test_an_entry_says_who_did_what_to_what_when_and_in_which_request(contoso: Tenant, alice: User) -> None:
    """SEC-05, OPS-01: before, after, actor, tenant."""
    begin_request("request-7")
    entry = record(
        workspace_id=contoso.workspace_id, tenant_id=contoso.pk, actor=alice, target_type="tenant", target_id=contoso.pk,
        before={"name": "Old"}, after={"name": "New"},
    )  # fmt: skip
    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_name, entry.tenant_id, entry.at) == (alice.pk, "Alice", contoso.pk, NOON)
    assert (entry.before, entry.after, entry.request_id) == ({"name": "Old"}, {"name": "New"}, "request-7")


def test_entries_of_a_workspace_are_numbered_without_a_gap_and_chained(chain: list[AuditLog]) -> None:
    """SEC-05."""
    assert [entry.sequence for entry in chain] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in chain] == [GENESIS, *(entry.hash for entry in chain[:-1])]


def test_each_workspace_has_a_chain_of_its_own(chain: list[AuditLog]) -> None:
    """SEC-03, SEC-05."""
    assert {row.workspace_id: row.sequence for row in AuditChain.objects.all()} == {1: 5, 2: 2}


def test_an_untouched_log_holds(chain: list[AuditLog]) -> None:
    """SEC-05."""
    assert audit.verify() == audit.Verification(7, ())


TAMPERING = {
    "an entry is changed": ("UPDATE audit_log SET action = 'other' WHERE workspace_id = 1 AND sequence = 3", "it was changed"),
    "an actor is changed": ("UPDATE audit_log SET actor_id = 99 WHERE workspace_id = 1 AND sequence = 3", "it was changed"),
    "a time is moved": ("UPDATE audit_log SET at = '2020-01-01 00:00:00+00' WHERE workspace_id = 1 AND sequence = 3", "it was changed"),
    "facts are changed": ("""UPDATE audit_log SET after = '{"number": 30}' WHERE workspace_id = 1 AND sequence = 3""", "it was changed"),
    "a request id is changed": ("UPDATE audit_log SET request_id = 'x' WHERE workspace_id = 1 AND sequence = 3", "it was changed"),
    "an entry is deleted": ("DELETE FROM audit_log WHERE workspace_id = 1 AND sequence = 3", "entries 3 to 3 are gone"),
    "the beginning is deleted": ("DELETE FROM audit_log WHERE workspace_id = 1 AND sequence < 3", "entries 1 to 2 are gone"),
    "the end is cut off": ("DELETE FROM audit_log WHERE workspace_id = 1 AND sequence > 3", "the chain ends at 3 and should at 5"),
    "everything is deleted": ("DELETE FROM audit_log WHERE workspace_id = 1", "the chain ends at 0 and should at 5"),
    "an entry is moved to another workspace": ("UPDATE audit_log SET workspace_id = 3 WHERE workspace_id = 1 AND sequence = 5", "the chain ends at 4 and should at 5"),
    "two entries change places": ("UPDATE audit_log SET sequence = 11 - sequence WHERE workspace_id = 1 AND sequence IN (5)", "entries 5 to 5 are gone"),
    "the recorded end is wound back": ("UPDATE audit_chains SET sequence = 3 WHERE workspace_id = 1", "beyond the recorded end"),
    "the recorded end is forged": ("UPDATE audit_chains SET hash = 'forged' WHERE workspace_id = 1", "not the entry that was there"),
    "the recorded end is deleted": ("DELETE FROM audit_chains WHERE workspace_id = 1", "beyond the recorded end"),
    "an entry is added": ("INSERT INTO audit_log (workspace_id, sequence, action, actor_name, target_type, target_id, request_id, at, previous_hash, hash) SELECT 1, 6, 'forged', '', '', '', '', at, hash, hash FROM audit_log WHERE workspace_id = 1 AND sequence = 5", "beyond the recorded end"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(chain: list[AuditLog], what: str) -> None:
    """SEC-05: by somebody who could take the guards down."""
    statement, expected = TAMPERING[what]
    with with_the_guards_down(), connection.cursor() as cursor:
        cursor.execute(statement)
    found = audit.verify()
    assert not found.holds
    assert any(expected in each.fault for each in found.breaks), found.breaks
    assert {each.workspace_id for each in found.breaks} <= {1, 3}


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_a_head_that_was_kept_elsewhere(
    chain: list[AuditLog],
) -> None:
    """SEC-05: the one thing that a log cannot show by itself."""
    kept = audit.heads()
    with with_the_guards_down(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_log WHERE workspace_id = 1")
        cursor.execute("DELETE FROM audit_chains WHERE workspace_id = 1")
    for number in range(1, 7):
        record("rewritten", after={"number": number})
    assert audit.verify().holds
    assert not audit.verify(kept).holds


def test_verifying_while_entries_are_appended_finds_nothing_wrong(chain: list[AuditLog], monkeypatch: Any) -> None:
    """SEC-05: no false alarm."""
    real = audit.hash_of

    def while_others_write(entry: AuditLog) -> str:
        if entry.workspace_id == 2 and entry.sequence == 1:
            monkeypatch.setattr(audit, "hash_of", real)
            record("meanwhile", workspace_id=2)
            record("meanwhile", workspace_id=1)
            record("the first", workspace_id=9)
        return real(entry)

    monkeypatch.setattr(audit, "hash_of", while_others_write)
    assert audit.verify().holds


def test_an_entry_is_written_with_what_it_records_or_not_at_all(own_database: object) -> None:
    """SEC-05, OPS-01: outside a transaction it is refused; with a rollback it is gone."""
    with pytest.raises(RuntimeError, match="in the transaction"):
        audit.record("x", workspace_id=1, at=NOON)
    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    assert record().sequence == 1


def test_no_secret_is_kept_in_an_entry(database: None) -> None:
    """OPS-12."""
    entry = record(after={"client_secret": "hunter2", "note": "password=hunter2", "deep": [{"token": "hunter2"}]})
    assert "hunter2" not in str(AuditLog.objects.values().get(pk=entry.pk))


FACTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), FACTS, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_recorded_verifies_after_a_round_trip(database: None, facts: dict[str, Any]) -> None:
    """SEC-05: the hash of what was written is the hash of what is read, on both engines."""
    record(before=facts, after=facts)
    assert audit.verify().holds


def test_the_database_has_every_guard(database: None) -> None:
    """SEC-05: what the doctor looks for."""
    with connection.cursor() as cursor:
        catalog = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if IS_POSTGRESQL
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        cursor.execute(catalog)
        assert {*EXPECTED_TRIGGERS[connection.vendor]} <= {name for (name,) in cursor.fetchall()}
