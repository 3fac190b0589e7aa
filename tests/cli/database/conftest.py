"""An installation with some history, its backup, and an empty installation to restore into."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.operations.types import operation_types
from tests.databases import OwnDatabase, Templates, pointing_default_at
from tests.operations.kit import WORK, Engine, Line


@pytest.fixture(autouse=True)
def work_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' operation is registered for as long as a test lasts."""
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)


@pytest.fixture
def history(own_database: OwnDatabase, contoso, alice) -> None:
    """A run of Alice's that ended, a system run that ended, and one that waits."""
    engine = Engine(contoso, Line())
    engine.completed(alice, what="a")
    engine.completed(what="b")
    engine.start(alice, what="c")


@pytest.fixture
def archive(history, tmp_path: Path, now) -> Path:
    return back_up(tmp_path / "backup.zip", now=now).path


@pytest.fixture
def in_empty_installation(templates: Templates, own_database: OwnDatabase):
    """with in_empty_installation(): a migrated database that nobody has used."""

    @contextmanager
    def enter() -> Iterator[OwnDatabase]:
        made = templates.create()
        with pointing_default_at(made.name):
            yield made
        templates.drop(made)

    return enter
