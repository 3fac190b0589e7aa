"""Short questions of many threads go to the database by one connection, which does not stay when nobody asks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection

from tenantpilot.tenancy.shared_connection import SharedConnection

PATIENCE_SECONDS = 120.0


def which() -> Any:
    """The connection that answers, as the driver has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.connection


def test_many_threads_are_answered_by_one_connection_and_leave_none_behind(own_database):
    shared_connection = SharedConnection(idle_seconds=PATIENCE_SECONDS)

    def ask(_number):
        return shared_connection.ask(which), connection.connection

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert len({id(answer) for answer, _own in answers}) == 1
    assert [own for _answer, own in answers] == [None] * 40


def test_who_does_not_ask_keeps_neither_a_thread_nor_a_connection(own_database):
    shared_connection = SharedConnection(idle_seconds=0.05)
    served_by = shared_connection.ask(threading.current_thread)
    served_by.join(PATIENCE_SECONDS)
    assert not served_by.is_alive()
    assert shared_connection.ask(threading.current_thread) is not served_by


def test_nobody_is_left_without_an_answer_as_the_thread_comes_and_goes(own_database):
    shared_connection = SharedConnection(idle_seconds=0.0)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda number: shared_connection.ask(lambda: number), range(400))) == list(range(400))


def test_a_connection_that_was_lost_is_replaced_by_a_new_one(own_database):
    shared_connection, times = SharedConnection(idle_seconds=PATIENCE_SECONDS), []

    def question():
        times.append(which())
        if len(times) == 2:
            raise OperationalError("the server went away")
        return len(times)

    assert (shared_connection.ask(question), shared_connection.ask(question)) == (1, 3)
    assert times[0] is times[1] is not times[2]


def test_what_goes_wrong_is_told_to_who_asked_and_harms_no_other(own_database, settings):
    settings.OPERATIONS_LEASE_SECONDS = 0.3  # for so long it is asked again
    shared_connection = SharedConnection()
    with pytest.raises(OperationalError):
        shared_connection.ask(_refuse)
    assert shared_connection.ask(lambda: "well") == "well"


def _refuse() -> None:
    raise OperationalError("no such table")
