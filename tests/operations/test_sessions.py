"""What each connection asks of PostgreSQL, so that a suspended process keeps nothing locked (OPS-07)."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tenantpilot.config import environment
from tests.databases import IS_POSTGRESQL, OwnDatabase

SERVER = "postgresql://pilot@db.example/pilot"


def options(monkeypatch: pytest.MonkeyPatch, url: str, seconds: int = 30) -> dict[str, Any]:
    monkeypatch.setenv("TENANTPILOT_DATABASE_URL", url)
    found = environment.database("DATABASE_URL", default=Path("unused"), idle_transaction_seconds=seconds)
    return found["OPTIONS"]  # type: ignore[no-any-return]


def test_a_session_that_does_nothing_in_a_transaction_is_to_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert options(monkeypatch, SERVER)["options"] == "-c idle_in_transaction_session_timeout=30s"


def test_nothing_is_asked_for_behind_a_pooler_that_would_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "options" not in options(monkeypatch, SERVER, seconds=0)


def test_what_the_address_asks_for_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(monkeypatch, f"{SERVER}?options=-c%20work_mem%3D8MB&keepalives_idle=5&sslmode=require")
    assert asked["options"].endswith("-c work_mem=8MB")
    assert (asked["keepalives_idle"], asked["keepalives_count"], asked["sslmode"]) == ("5", "3", "require")


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no server")
def test_the_server_understands_it(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(monkeypatch, own_database.url)
    with psycopg.connect(own_database.url, **asked) as session:
        assert session.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("30s",)
