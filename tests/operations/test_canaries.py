"""Secrets are put into every path that fails, and then looked for everywhere (OPS-12)."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection

from tenantpilot.config import logs
from tenantpilot.core.errors import ReasonedError
from tenantpilot.operations.models import Notification
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.workers.runner import NotSettled, Runner
from tests.databases import OwnDatabase
from tests.operations.kit import Engine, again, limited, work_is

pytestmark = pytest.mark.contract

SECRET = "cAnArY8Q~x3kTz.P0aLq-9Zr_uWb7NcYdEfGhIj"
PERSON = "canary.person@contoso.com"
JWT = "eyJjYW5hcnkiOiJ0cnVlIn0.eyJjYW5hcnkiOiJ5ZXMifQ.c2lnbmVkLWJ5LWNhbmFyeQ"
CANARIES = (SECRET, PERSON, JWT, "c2lnbmVkLWJ5", "canary.person", "P0aLq-9Zr")
TEXT = f"client_secret={SECRET} for {PERSON}: Authorization: Bearer {JWT}"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the product's own logging writes, at its most talkative."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                logs._sanitized,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=logs._SHARED,
        )
    )
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def leaks(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def everything_stored() -> str:
    """Every row of every table but people, sealed credentials and sessions."""
    left_out = {"users", "tenant_credentials", "django_session"}
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in left_out]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(str(cursor.fetchall()))
    return "\n".join(rows)


class Refused(ReasonedError):
    reason_code = "request_rejected"


def http_error() -> Exception:
    request = httpx.Request("GET", f"https://graph.microsoft.com/v1.0/users?sig={SECRET}&upn={PERSON}")
    return httpx.HTTPStatusError(TEXT, request=request, response=httpx.Response(403, request=request, text=TEXT))


def json_error() -> Exception:
    try:
        json.loads('{"client_secret": "' + SECRET)
    except ValueError as error:
        return error
    raise AssertionError


def chained() -> Exception:
    try:
        raise ValueError(TEXT)
    except ValueError as inner:
        error = RuntimeError("outer " + TEXT)
        error.__cause__ = inner
        error.add_note(TEXT)
        return error


ERRORS: dict[str, Callable[[], Exception]] = {
    "a plain one": lambda: RuntimeError(TEXT),
    "with arguments": lambda: KeyError(SECRET, PERSON, {"password": SECRET}),
    "of the network": http_error,
    "of a payload": json_error,
    "of the database": lambda: IntegrityError(f'duplicate key\nDETAIL:  Key (email)=({PERSON}) already exists. password={SECRET}'),
    "of a form": lambda: ValidationError({"client_secret": [f"secret {SECRET!r} is wrong for {PERSON}"]}),
    "with a reason": lambda: Refused(TEXT),
    "with a reason and forged values": lambda: Refused(TEXT, params={"status": SECRET, "graph_code": PERSON, "aadsts": JWT, "other": SECRET}),
    "with a cause": chained,
    "of the disk": lambda: OSError(28, TEXT, f"/home/{PERSON}/{SECRET}"),
}  # fmt: skip
OUTAGE = OperationalError(f"connection to postgresql://app:{SECRET}@db failed")


@pytest.mark.parametrize("what", ERRORS)
def test_what_a_handler_raises_leaves_no_secret_anywhere(
    engine: Engine, alice: Any, lines: io.StringIO, what: str
) -> None:
    """OPS-12: run, notification, audit entry, timeline, queue, log."""

    def handler(context: RunContext) -> None:
        try:
            raise ERRORS[what]()
        except Exception as error:
            context.item_raised(f"{PERSON} with password={SECRET}", error)
            raise

    run = engine.perform(handler, alice)
    assert run.outcome == "failed"
    assert leaks(everything_stored()) == []
    assert leaks(lines.getvalue()) == []
    assert len(lines.getvalue()) > 0
    note = Notification.everywhere.get(run=run)
    assert leaks(str(OperationUxPresenter.notification(note))) == []


@pytest.mark.parametrize(("attempts", "status"), [(1, "completed"), (2, "running")])
def test_what_an_outage_raises_leaves_no_secret_anywhere(
    own_database: OwnDatabase, engine: Engine, alice: Any, lines: io.StringIO, attempts: int, status: str
) -> None:
    """OPS-07, OPS-12: in the last attempt it is the reason, before it none is needed."""

    def handler(context: RunContext) -> None:
        context.item_raised(f"{PERSON} with password={SECRET}", OUTAGE)

    with limited(attempts=attempts):
        run = engine.perform(handler, alice)
    assert (run.status, run.reason_code) == (status, "database_unavailable" if attempts == 1 else "")
    assert leaks(everything_stored() + lines.getvalue()) == []


@pytest.mark.parametrize("what", ERRORS)
def test_what_a_queue_raises_leaves_no_secret_anywhere(
    engine: Engine, alice: Any, lines: io.StringIO, what: str
) -> None:
    """OPS-12, OPS-31."""
    engine.line.refusing = ERRORS[what]()
    with pytest.raises(DispatchFailed) as refused:
        engine.ask(alice)
    assert leaks(str(refused.value) + everything_stored() + lines.getvalue()) == []


def test_what_a_handler_notes_and_counts_leaves_no_secret(engine: Engine, alice: Any, lines: io.StringIO) -> None:
    """OPS-12."""

    def handler(context: RunContext) -> None:
        context.note("signed_in", client_secret=SECRET, who=PERSON, text=TEXT)
        context.item_failed(TEXT, "request_rejected", {"status": SECRET, "graph_code": TEXT})
        context.count(f"password={SECRET}")

    engine.perform(handler, alice)
    assert leaks(everything_stored() + lines.getvalue()) == []


def test_what_cannot_be_finished_leaves_no_secret_in_the_queues_own_table(
    engine: Engine, alice: Any, lines: io.StringIO, monkeypatch: Any
) -> None:
    """OPS-12: a queue keeps the traceback of a job that raised."""
    import traceback

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(TEXT)

    run = engine.start(alice)
    monkeypatch.setattr(engine.service, "finish", broken)
    with work_is(lambda context: None), pytest.raises(NotSettled) as left:
        Runner(engine.service, engine.clock).execute(run.pk)
    assert leaks("".join(traceback.format_exception(left.value)) + lines.getvalue()) == []
    assert again(run).status == "running"


def test_a_reconciler_that_meets_a_broken_run_leaves_no_secret(
    engine: Engine, alice: Any, lines: io.StringIO, monkeypatch: Any
) -> None:
    """OPS-12."""

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(TEXT)

    engine.running(alice)
    engine.let_pass(61)
    monkeypatch.setattr(engine.service, "redispatch", broken)
    engine.reconcile()
    assert "run_not_settled" in lines.getvalue()
    assert leaks(everything_stored() + lines.getvalue()) == []


def test_a_log_line_is_clean_at_every_depth(lines: io.StringIO) -> None:
    """OPS-12: also what is no text, and what is named like a secret."""
    log = structlog.get_logger("canary")
    log.warning(
        "tried", error=RuntimeError(TEXT), details={"headers": [TEXT], "token": "abc-canary"}, password="abc-canary"
    )
    logging.getLogger("canary").error("failed for %s", PERSON, exc_info=RuntimeError(TEXT))
    assert lines.getvalue().count("\n") == 2
    assert leaks(lines.getvalue()) == []
    assert "abc-canary" not in lines.getvalue()
