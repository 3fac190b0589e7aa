"""People and tenants that every test knows.

Alice operates Contoso, Bob may only read it, Olivia owns the whole workspace, Charlie belongs to
Fabrikam and must see nothing of Contoso, Pat runs the installation and sees no tenant.
"""

import gc
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tenantpilot.graph.client import budget, tokens
from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope
from tenantpilot.tenancy.models import Tenant, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tests import databases
from tests.databases import IS_POSTGRESQL, OwnDatabase, Templates, pointing_default_at
from tests.people import PASSWORD, member, new_tenant, new_workspace
from tests.rules import rules_in

# What a test does itself it does as the engine; requests reach what their person may.
set_process_scope(EVERYTHING)

if IS_POSTGRESQL:
    # A test that is rolled back is one long transaction, and on a busy machine it may ask nothing for half a minute.
    connection.settings_dict["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"

DATABASE_FIXTURES = {"db", "own_database", "database", "transactional_db"}


def pytest_configure() -> None:
    """In the background, or beneath `nohup`, all our children would ignore signals that tests need them to hear."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that use a database run on both engines; one that is not their own is rolled back.

    A test of a page asserts HTML, which no database changes: PostgreSQL repeats a module of pages only where it is
    marked `both_databases`. A module that asserts what Graph and the comparer do is marked `same_on_both`.

    A test names the rules that it proves in its own name or docstring; `make test-contract` runs those.
    """
    for item in items:
        if "tests/web/" in str(item.path) and item.get_closest_marker("both_databases") is None:
            item.add_marker(pytest.mark.same_on_both)
        if rules_in(f"{item.name} {getattr(item.obj, '__doc__', None) or ''}"):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.rule)
        fixtures = set(getattr(item, "fixturenames", ()))
        if DATABASE_FIXTURES & fixtures:
            item.add_marker(pytest.mark.database)
            if "own_database" not in fixtures:
                item.add_marker(pytest.mark.django_db)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: nobody need look through it for garbage again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = databases.templates(tmp_path_factory.mktemp("databases"))
    yield made
    made.remove()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, copies: Templates
) -> Iterator[None]:
    """Takes the place of pytest-django's, which migrates a database in every process.

    With TENANTPILOT_ROW_SECURITY=1 the whole suite runs under the policies of PostgreSQL.
    """
    with django_db_blocker.unblock():
        copies.prepare()
        made = copies.create_alone()
    with pointing_default_at(made.name):
        yield
    copies.drop(made)


@pytest.fixture(autouse=True)
def fresh_process_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without the tokens and budgets of earlier tests.

    The system hands out a port again: a simulator there would take a token with the permissions of another test.
    """
    monkeypatch.setattr(tokens, "_OF_THIS_PROCESS", tokens.TokenCache())
    monkeypatch.setattr(budget, "_OF_THIS_PROCESS", budget.MemoryStore())


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The test's own committed database if it asks for one, else one that is rolled back."""
    request.getfixturevalue("own_database" if "own_database" in request.fixturenames else "db")


@pytest.fixture(scope="session")
def templates(copies: Templates, django_db_setup: None) -> Templates:
    return copies


@pytest.fixture
def own_database(templates: Templates, django_db_blocker: DjangoDbBlocker) -> Iterator[OwnDatabase]:
    """A real database of this test's own, for tests with threads, processes or commits."""
    made = templates.create()
    with django_db_blocker.unblock(), pointing_default_at(made.name):
        yield made
    templates.drop(made)


@pytest.fixture
def northwind(database: None) -> Workspace:
    return new_workspace()


@pytest.fixture
def contoso(northwind: Workspace) -> Tenant:
    return new_tenant(northwind, "contoso")


@pytest.fixture
def fabrikam(northwind: Workspace) -> Tenant:
    return new_tenant(northwind, "fabrikam")


@pytest.fixture
def alice(contoso: Tenant) -> User:
    return member(contoso, "alice", Role.OPERATOR)


@pytest.fixture
def bob(contoso: Tenant) -> User:
    return member(contoso, "bob", Role.READONLY)


@pytest.fixture
def charlie(fabrikam: Tenant) -> User:
    return member(fabrikam, "charlie", Role.OPERATOR)


@pytest.fixture
def olivia(northwind: Workspace) -> User:
    person = User.objects.create_user("olivia@northwind.example", PASSWORD, display_name="Olivia")
    WorkspaceMember.everywhere.create(workspace=northwind, user=person, role=Role.OWNER)
    return person


@pytest.fixture
def pat(database: None) -> User:
    return User.objects.create_user("pat@platform.example", PASSWORD, display_name="Pat", is_platform_operator=True)


@pytest.fixture
def signed_in(client: Client):
    """signed_in(alice) answers a client of her browser."""

    def sign_in(person: User) -> Client:
        browser = Client()
        browser.force_login(person, backend="tenantpilot.web.sign_in.backend.AddressBackend")
        return browser

    return sign_in


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and real exports, which is not part of the repository."""
    folder = os.environ.get("TENANTPILOT_SHARED")
    if not folder:
        pytest.skip("TENANTPILOT_SHARED is not set: no real exports to test against")
    return Path(folder)
