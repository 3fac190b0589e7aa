"""Threads share few connections, and a server that refuses one is asked again."""

import threading
from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, connection, connections, transaction

from tenantpilot.core.connections import end_sharing, release_connection, released, share_connections, until_answered
from tests.databases import IS_POSTGRESQL, OwnDatabase

only_on_postgresql = pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no server that counts connections")
COUNT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


@pytest.fixture
def shared(own_database: OwnDatabase) -> Iterator[None]:
    """Two connections for all threads of this process."""
    database = connections.settings[DEFAULT_DB_ALIAS]
    before = database["CONN_MAX_AGE"]
    share_connections(2)
    yield
    end_sharing()
    database["OPTIONS"].pop("pool", None)
    database["CONN_MAX_AGE"] = before


def ask(query: str = "SELECT 1") -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def in_threads(number: int, work: object) -> list[int]:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(work())) for _ in range(number)]  # type: ignore[operator]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@only_on_postgresql
def test_twelve_threads_that_give_back_share_two_connections(shared: None) -> None:
    most: list[int] = []

    def take_turns() -> int:
        for _turn in range(5):
            most.append(ask(COUNT))
            release_connection()
        return 1

    assert len(in_threads(12, take_turns)) == 12
    assert max(most) <= 2


@only_on_postgresql
def test_a_connection_in_a_transaction_is_kept(shared: None) -> None:
    with transaction.atomic():
        before = ask("SELECT pg_backend_pid()")
        release_connection()
        assert ask("SELECT pg_backend_pid()") == before


@only_on_postgresql
def test_a_session_that_turned_read_only_is_given_to_nobody(shared: None) -> None:
    """A server that is switched over leaves such sessions behind."""
    lost = ask("SELECT pg_backend_pid()")
    connection.connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(Error):
        ask("DELETE FROM process_heartbeats RETURNING 1")
    connection.close()
    assert ask("SELECT pg_backend_pid()") != lost


@only_on_postgresql
def test_while_the_next_item_is_awaited_nothing_is_held(shared: None) -> None:
    held: list[bool] = []

    def items() -> Iterator[int]:
        for number in range(3):
            held.append(connection.connection is not None)
            yield number

    assert [ask() for _item in released(items())] == [1, 1, 1]
    assert held == [False, False, False]


def test_what_refuses_is_asked_again_until_it_answers_or_time_is_up(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: passed[0])
    monkeypatch.setattr("time.sleep", lambda seconds: passed.__setitem__(0, passed[0] + seconds))
    monkeypatch.setattr(connection, "close", lambda: None)
    refusals = [OperationalError("too many clients")] * 6

    def reluctant() -> str:
        if refusals:
            raise refusals.pop()
        return "answer"

    assert until_answered(reluctant, seconds=60) == "answer"
    refusals = [OperationalError("too many clients")] * 600
    with pytest.raises(OperationalError):
        until_answered(reluctant, seconds=60)
    assert passed[0] <= 120
