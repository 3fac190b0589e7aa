"""Search by setting: 100,000 policies of 200 tenants with a million values, found and not found, on both databases.

What is measured is the whole page, for an owner of every workspace and for a person of two tenants. A ratio is the
95th percentile in milliseconds; a second page is told beside it: the values of one setting over all tenants.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from benchmarks.operations import _database_of
from benchmarks.scale.engines import _run, engine
from benchmarks.table import Row

WORKSPACES, TENANTS, POLICIES, SETTINGS, VALUES_EACH = 10, 200, 100_000, 3_000, 10
ROUNDS = 40
GOAL = "≤ 100"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
AREAS = ("BitLocker", "Defender", "Edge", "Firewall", "Kerberos", "Printers", "Privacy", "Start", "Update", "Wi-Fi")
VERBS = ("Allow", "Block", "Require", "Turn off", "Set", "Limit")
FOUND = ("bitlocker", "allow printers 12", "wi-fi", "host1234", "portal/77", "kerberos 99", "vendor_msft_edge")
NOT_FOUND = ("no such setting", "zzzqqq", "host1234x", "bitlockr", "äöü", "portal//77", "device_vendor_x")


def rows() -> list[Row]:
    """On SQLite, and on PostgreSQL where one is found."""
    from tests.servers import find_postgresql

    found = _measured("SQLite", {})
    server = find_postgresql()
    if server is not None:
        try:
            with _database_of(server.url) as url:
                found += _measured("PostgreSQL", {"TENANTPILOT_DATABASE_URL": url})
        finally:
            server.stop()
    return found


def _measured(name: str, environment: dict[str, str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        defaults = {
            "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
            "TENANTPILOT_DATA_DIR": folder,
            "TENANTPILOT_LOG_LEVEL": "ERROR",
            "TENANTPILOT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        command = [sys.executable, "-m", "benchmarks.settings_search", name]
        done = subprocess.run(
            command, env=os.environ | defaults | environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _main(name: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    call_command("migrate", verbosity=0)
    owner, guest = _load()
    figures = []
    for who, person in (("all 200 tenants", owner), ("2 of 200 tenants", guest)):
        browser = Client(headers={"host": "localhost"})
        browser.force_login(person, backend="tenantpilot.web.sign_in.backend.AddressBackend")
        for what, words in (("found", FOUND), ("not found", NOT_FOUND)):
            figures.append(_row(name, f"settings search, {what}, {who}", _asking(browser, words)))
        figures.append(_row(name, f"values of a setting, {who}", _opening(browser)))
    print(json.dumps([row.__dict__ for row in figures]))


def _row(name: str, what: str, ask: Callable[[int], str]) -> Row:
    for number in range(3):
        ask(number)
    timed = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        question = ask(number)
        timed.append(((time.perf_counter() - began) * 1e3, question))
    timed.sort()
    p95 = timed[int(len(timed) * 0.95) - 1][0]
    detail = f"median {timed[len(timed) // 2][0]:.0f} ms, slowest {timed[-1][1]}"
    return Row(f"{what}, {name}", "ms, p95", p95, GOAL, detail)


def _asking(browser: Any, words: Sequence[str]) -> Callable[[int], str]:
    def ask(number: int) -> str:
        word = words[number % len(words)]
        answer = browser.get("/admin/settings-search/", {"q": word})
        assert answer.status_code == 200, answer.status_code
        return repr(word)

    return ask


def _opening(browser: Any) -> Callable[[int], str]:
    """A setting that every tenant of the person's first workspace has."""

    def ask(number: int) -> str:
        setting = 1 + 37 * (1 + number % 20)
        answer = browser.get(f"/admin/settings-search/{setting}/")
        assert answer.status_code == 200, answer.status_code
        return str(setting)

    return ask


def _load() -> tuple[Any, Any]:
    """Fill an empty database; answer an owner of all workspaces, and a person of two tenants."""
    people = _load_places()
    _load_policies()
    _load_definitions()
    _load_values()
    return people


def _load_places() -> tuple[Any, Any]:
    from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
    from tenantpilot.tenancy.roles import Role

    spaces = [Workspace(id=n, slug=f"w{n}", name=f"Workspace {n}", created_at=SINCE) for n in range(1, WORKSPACES + 1)]
    Workspace.objects.bulk_create(spaces)
    Tenant.everywhere.bulk_create(
        Tenant(id=n, workspace=spaces[_place(n) - 1], slug=f"t{n}", name=f"Tenant {n}", entra_tenant_id=UUID(int=n))
        for n in range(1, TENANTS + 1)
    )
    owner, guest = (User.objects.create(email=f"{who}@bench.example", display_name=who) for who in ("owner", "guest"))
    WorkspaceMember.everywhere.bulk_create(
        WorkspaceMember(workspace=space, user=owner, role=Role.OWNER) for space in spaces
    )
    TenantMember.everywhere.bulk_create(
        TenantMember(workspace_id=_place(n), tenant_id=n, user=guest, role=Role.READONLY) for n in (1, 2)
    )
    return owner, guest


def _place(tenant: int) -> int:
    """Return the workspace of a tenant."""
    return (tenant - 1) * WORKSPACES // TENANTS + 1


def _load_policies() -> None:
    from tenantpilot.inventory.models import Policy

    times = {"first_seen_at": SINCE, "last_seen_at": SINCE, "changed_at": SINCE}
    made = (
        Policy(
            id=n,
            workspace_id=_place(_tenant(n)),
            tenant_id=_tenant(n),
            type="settingsCatalog",
            graph_id=f"p{n}",
            name=f"{AREAS[n % 10]} baseline {n}",
            content_hash="x",
            **times,
        )
        for n in range(1, POLICIES + 1)
    )
    with engine().unguarded(["policies"]):
        for chunk in _chunks(made):
            Policy.everywhere.bulk_create(chunk)


def _tenant(policy: int) -> int:
    return (policy - 1) * TENANTS // POLICIES + 1


def _load_definitions() -> None:
    from tenantpilot.versions.index_models import SettingDefinition

    made = (
        SettingDefinition(
            id=(space - 1) * SETTINGS + n,
            workspace_id=space,
            key=f"device_vendor_msft_{AREAS[n % 10].lower()}_setting{n}",
            label=f"{VERBS[n % 6]} {AREAS[n % 10]} {n}",
            origin="catalog",
        )
        for space in range(1, WORKSPACES + 1)
        for n in range(1, SETTINGS + 1)
    )
    for chunk in _chunks(made):
        SettingDefinition.everywhere.bulk_create(chunk)


def _load_values() -> None:
    """Six in ten values are a choice, two a number, two an address; every 7th policy of a tenant has the same ones."""
    from django.db import connection, transaction

    dialect, table = engine(), "setting_values"
    policy, ordinal = f"((n - 1) / {VALUES_EACH} + 1)", f"((n - 1) % {VALUES_EACH})"
    tenant = f"(({policy} - 1) * {TENANTS} / {POLICIES} + 1)"
    space = f"(({tenant} - 1) * {WORKSPACES} / {TENANTS} + 1)"
    setting = f"(({policy} * 37 + {ordinal} * 293) % {SETTINGS})"
    text = (
        "CASE WHEN n % 10 < 6 THEN '' || (n % 3) WHEN n % 10 < 8 THEN '' || (n % 997)"
        " ELSE 'https://host' || (n % 5000) || '.example/portal/' || (n % 89) END"
    )
    columns = (
        "id, workspace_id, tenant_id, policy_id, definition_id, ordinal, value_text, value_hash, is_secret, "
        "can_conflict"
    )
    statement = (
        f"INSERT INTO {table} ({columns}) SELECT n, {space}, {tenant}, {policy},"
        f" ({space} - 1) * {SETTINGS} + {setting} + 1, {ordinal} + 1, {text}, '' || (n % 3), FALSE, TRUE"
        f" FROM {dialect.numbers(1, POLICIES * VALUES_EACH)}"
    )
    with dialect.unguarded([table]), transaction.atomic():
        _run(statement)
    if connection.vendor == "sqlite":
        _run("INSERT INTO setting_values_search (setting_values_search) VALUES ('rebuild')")
    dialect.settle([table, "setting_definitions", "policies"])


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, 5_000)):
        yield chunk


if __name__ == "__main__":
    _main(sys.argv[1])
