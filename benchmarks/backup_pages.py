"""Pages of backups: 365 daily sets of 20,000 policies, in a workspace of 1,000 tenants, on both databases.

Each night 1 % of the policies have changed, so that the chain has 92,800 members, versions and payloads. Each other
tenant has a schedule's chain with one set, and 20 policies. A whole page is measured, for an owner of the workspace:
the client sends the request and reads the answer in this process. A ratio is the 95th percentile of processor time in
milliseconds, of this thread and, on PostgreSQL, of the session's own process: other work on the machine is not in it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.operations import _database_of
from benchmarks.scale.engines import engine
from benchmarks.settings_search import GOAL, ROUNDS, _chunks
from benchmarks.table import Row

POLICIES, SETS, CHANGED, TENANTS, POLICIES_EACH = 20_000, 365, 200, 1_000, 20
TYPES = ("settingsCatalog", "deviceConfiguration", "compliancePolicy", "powershellScript")
PAYLOAD = os.urandom(1_500)
TABLES = ("policies", "payloads", "policy_versions", "backup_chains", "backup_sets", "backup_members")
NOW = datetime.now(UTC)
BY_TYPE = {key: {"reused": POLICIES // len(TYPES) - 50, "captured": 50} for key in TYPES}


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
        command = [sys.executable, "-m", "benchmarks.backup_pages", name]
        environment = os.environ | defaults | environment
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _main(name: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    call_command("migrate", verbosity=0)
    owner = _load()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(owner, backend="tenantpilot.web.sign_in.backend.AddressBackend")
    print(json.dumps([_row(name, what, browser, address).__dict__ for what, address in _pages()]))


def _pages() -> list[tuple[str, str]]:
    sets = "/admin/t/t1/backups"
    return [
        ("list of sets", f"{sets}/"),
        ("last page of the list of sets", f"{sets}/?page=last"),
        ("set", f"{sets}/{SETS}/"),
        ("policies of a set", f"{sets}/{SETS}/policies/"),
        ("policies of an old set, found by name", f"{sets}/7/policies/?q=Policy+0199"),
        ("two sets compared, a night apart", f"{sets}/{SETS}/comparison/?with={SETS - 1}"),
        ("two sets compared, a year apart", f"{sets}/{SETS}/comparison/?with=1"),
        ("retention", f"{sets}/retention/"),
        ("trash", f"{sets}/trash/"),
        ("protection of a tenant", "/admin/t/t1/protection/"),
        ("protection of 1,000 tenants", "/admin/protection/"),
    ]


def _row(name: str, what: str, browser: Any, address: str) -> Row:
    for _warm in range(3):
        answer = browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
    timed, clock = [], _clock()
    for _number in range(ROUNDS):
        began = clock()
        browser.get(address)
        timed.append((clock() - began) * 1e3)
    timed.sort()
    detail = f"median {timed[len(timed) // 2]:.0f} ms, {len(answer.content) / 1024:.0f} kB"
    return Row(f"{what}, {name}", "ms, p95", timed[int(len(timed) * 0.95) - 1], GOAL, detail)


def _clock() -> Callable[[], float]:
    from django.db import connection

    session = engine().clock()
    return time.thread_time if connection.vendor == "sqlite" else lambda: time.thread_time() + session()


def _load() -> Any:
    """Fill an empty database; answer an owner of the workspace."""
    from tenantpilot.tenancy.models import Tenant, User, Workspace, WorkspaceMember
    from tenantpilot.tenancy.roles import Role

    space = Workspace.objects.create(id=1, slug="w1", name="Workspace", created_at=_night(0))
    Tenant.everywhere.bulk_create(
        Tenant(id=n, workspace=space, slug=f"t{n}", name=f"Tenant {n}", entra_tenant_id=UUID(int=n))
        for n in range(1, TENANTS + 1)
    )
    owner = User.objects.create(email="owner@bench.example", display_name="owner")
    WorkspaceMember.everywhere.create(workspace=space, user=owner, role=Role.OWNER)
    dialect = engine()
    with dialect.unguarded(TABLES):
        for rows_of in (_policies, _payloads, _versions, _chains, _sets, _members):
            for chunk in _chunks(rows_of()):
                type(chunk[0]).everywhere.bulk_create(chunk)
    dialect.settle(TABLES)
    return owner


def _night(number: int) -> datetime:
    return NOW - timedelta(hours=6, days=SETS - number)


def _versions_of_nights() -> Iterator[tuple[int, int, int, int]]:
    """Yield night, policy, number and the night of the next version (0: none): each night the next 200 change."""
    nights: dict[int, list[int]] = {policy: [1] for policy in range(1, POLICIES + 1)}
    for night in range(2, SETS + 1):
        for place in range(CHANGED):
            nights[((night - 2) * CHANGED + place) % POLICIES + 1].append(night)
    for policy, changed in nights.items():
        for number, night in enumerate(changed, 1):
            yield night, policy, number, changed[number] if number < len(changed) else 0


def _policies() -> Iterator[Any]:
    from tenantpilot.inventory.models import Policy

    times = {"first_seen_at": _night(0), "last_seen_at": NOW, "changed_at": NOW}
    for n in range(1, POLICIES + (TENANTS - 1) * POLICIES_EACH + 1):
        tenant = 1 if n <= POLICIES else 2 + (n - POLICIES - 1) // POLICIES_EACH
        facts = {"type": TYPES[n % len(TYPES)], "graph_id": f"p{n}", "name": f"Policy {n:05}", "content_hash": "x"}
        yield Policy(id=n, workspace_id=1, tenant_id=tenant, **facts, **times)


def _payloads() -> Iterator[Any]:
    from tenantpilot.versions.models import Payload

    for n, _version in enumerate(_versions_of_nights(), 1):
        yield Payload(id=n, workspace_id=1, sha256=f"{n:064x}", codec="zlib", raw_bytes=5_500, data=PAYLOAD)


def _versions() -> Iterator[Any]:
    from tenantpilot.versions.models import PolicyVersion

    words = {"source": "backup", "restorable": "yes", "sentence": "Password required: no (was yes)", "differences": 1}
    for n, (night, policy, number, _next) in enumerate(_versions_of_nights(), 1):
        change = "first" if number == 1 else "form"
        facts = {"policy_id": policy, "number": number, "payload_id": n, "form_hash": f"{n:064x}", "change": change}
        yield PolicyVersion(id=n, workspace_id=1, tenant_id=1, read_at=_night(night), **facts, **words)


def _members() -> Iterator[Any]:
    from tenantpilot.backups.models import BackupMember

    for n, (night, policy, _number, following) in enumerate(_versions_of_nights(), 1):
        until = following - 1 if following else None
        facts = {"chain_id": 1, "policy_id": policy, "version_id": n, "from_seq": night, "to_seq": until}
        yield BackupMember(id=n, workspace_id=1, tenant_id=1, **facts)


def _chains() -> Iterator[Any]:
    from tenantpilot.backups.models import BackupChain

    for n in range(1, TENANTS + 1):
        yield BackupChain(id=n, workspace_id=1, tenant_id=n, kind="scheduled", name="Nightly", created_at=_night(0))


def _sets() -> Iterator[Any]:
    for seq in range(1, SETS + 1):
        yield _set(1, seq, seq, POLICIES)
    for tenant in range(2, TENANTS + 1):
        yield _set(tenant, 1, SETS + tenant, POLICIES_EACH)


def _set(tenant: int, seq: int, key: int, items: int) -> Any:
    """Return the set of a night, that of the last night where the tenant has no other."""
    from tenantpilot.backups.models import BackupSet

    at = _night(seq if tenant == 1 else SETS)
    asked = {"policy_types": list(TYPES), "left_out": [], "left_out_reason": "", "policies": None}
    times = {"created_at": at, "read_from": at, "read_until": at, "slot_at": at}
    found = {"state": "complete", "digest": "d" * 64, "asked": asked, "by_type": BY_TYPE, "items": items}
    return BackupSet(
        id=key, workspace_id=1, tenant_id=tenant, chain_id=tenant, seq=seq, **found, **times
    )  # ownedfields: ignore[OPR107] -- a past that was written in bulk


if __name__ == "__main__":
    _main(sys.argv[1])
