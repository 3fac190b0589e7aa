"""An outage of our own database is told from a statement that it refuses, by the code and not by the words."""

from typing import Any

import pysqlite3
import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError
from psycopg import errors

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.outages import is_outage


def of_server(kind: type[Exception], state: str) -> Exception:
    error = kind("its text decides nothing")
    error.__cause__ = errors.lookup(state)("nor does this")
    return error


def of_file(kind: type[Exception], code: int | None) -> Exception:
    error, cause = kind("its text decides nothing"), pysqlite3.OperationalError("nor does this")
    if code is not None:
        cause.sqlite_errorcode = code
    error.__cause__ = cause
    return error


OUTAGES: list[Any] = [
    OperationalError("connection refused"),
    InterfaceError("connection already closed"),
    *(of_server(OperationalError, state) for state in ("57P01", "08006", "53100", "53300", "40001", "40P01", "55P03")),
    of_server(InternalError, "25006"),
    of_server(InternalError, "25P03"),
    *(of_file(OperationalError, code) for code in (5, 8, 10, 13, 14, 266, 1032)),
]
REFUSALS: list[Any] = [
    ValueError("connection refused"),
    of_server(DataError, "22001"),
    of_server(IntegrityError, "23505"),
    of_server(ProgrammingError, "42P01"),
    of_server(OperationalError, "54000"),
    of_file(OperationalError, 1),
    of_file(InterfaceError, None),
]


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: str(error.__cause__.__class__.__name__))
def test_what_goes_by_itself_is_an_outage(error: Exception) -> None:
    assert is_outage(error)
    reasoned = ReasonedError(reason_code="internal_error")
    reasoned.__cause__ = error
    assert is_outage(reasoned)


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: str(error.__cause__.__class__.__name__))
def test_what_would_be_refused_again_is_none(error: Exception) -> None:
    assert not is_outage(error)


def test_what_an_outage_left_behind_is_of_it() -> None:
    aborted = of_server(InternalError, "25P02")
    aborted.__context__ = OUTAGES[0]
    aborted.__suppress_context__ = False
    aborted.__cause__ = None
    assert is_outage(aborted)
