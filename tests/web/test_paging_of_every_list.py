"""Every list of the product is walked on its own page, in every sort, with more rows than a page has (UX-11)."""

import importlib
import pkgutil
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tenantpilot import web
from tenantpilot.inventory.services import start_ignore
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.models import DrillFinding, RestoreDrill, RestoreRun
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.roles import Role
from tenantpilot.tenancy.tenants import rename_tenant
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.index_models import SettingDefinition
from tenantpilot.versions.library.models import Library
from tenantpilot.web.ui.tables import listing
from tenantpilot.web.ui.tables.declaration import Table
from tests.backups.kit import damaged_and_trashed, finished_set, member, new_chain
from tests.directory.kit import group_of
from tests.people import member as new_member
from tests.people import new_workspace
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import ended, policies, policy
from tests.web.test_library import CATALOG, IMPORT, WIFI, archive
from tests.web.test_settings_search import KEY, setting

ROWS, PAGE = 5, 2
ASKED = {"policy_types": [], "left_out": []}


@dataclass(frozen=True)
class World:
    """A tenant with an owner who sees everything, whose browser is signed in."""

    contoso: Tenant
    olivia: User
    browser: Client
    now: datetime

    def here(self, name: str, *arguments: int) -> str:
        return reverse(name, args=[self.contoso.slug, *arguments])

    def taken(self) -> list:
        """Return versions of so many policies."""
        made = [new_policy(self.contoso, self.now, graph_id=f"p{number}") for number in range(ROWS)]
        return [take(policy, {"id": policy.graph_id, "displayName": policy.name}, self.now) for policy in made]


def of_policies(world):
    policies(world.contoso, ROWS, world.now)
    return world.here("inventory")


def of_versions(world):
    world.taken()
    return world.here("versions")


def of_groups(world):
    for number in range(ROWS):
        group_of(world.contoso, f"aaaaaaaa-0000-0000-0000-00000000000{number}", f"Group {number}", world.now)
    return world.here("groups")


def of_runs(world):
    for _number in range(ROWS):
        ended(world.contoso, world.olivia, world.now)
    return world.here("operations")


def of_workspace_runs(world):
    of_runs(world)
    return reverse("workspace-operations")


def of_notifications(world):
    of_runs(world)
    return reverse("notifications")


def of_items(world):
    chosen = [policy.pk for policy in policies(world.contoso, ROWS, world.now)]
    facts = {"tenant": world.contoso, "initiator": world.olivia, "reason": "", "now": world.now}
    run = start_ignore(selection=chosen, **facts).run
    Runner().execute(run.pk)
    return world.here("operation-run", run.pk)


def of_files(world):
    facts = {"tenant": world.contoso, "initiator": world.olivia, "layout": LayoutKey.INTUNECD, "now": world.now}
    for version in world.taken():
        start_export(selection=[version.policy_id], **facts)
    return reverse("files")


def of_audit(world):
    for number in range(ROWS):
        rename_tenant(world.contoso, f"Contoso {number}", actor=world.olivia, now=world.now)
    return world.here("tenant-audit")


def of_people(world):
    for number in range(ROWS):
        new_member(world.contoso, f"person-{number}", Role.READONLY)
    return world.here("members")


def of_tenants(world):
    facts = {"workspace": world.contoso.workspace, "name": "Same name", "signed_in_at": world.now}
    for number in range(ROWS):
        Tenant.everywhere.create(slug=f"tenant-{number}", entra_tenant_id=uuid4(), **facts)
    return reverse("workspace")


def of_protection(world):
    of_tenants(world)
    return reverse("workspace-protection")


def of_workspaces(world):
    for number in range(ROWS):
        new_workspace(f"workspace-{number}", "Same name")
    User.objects.filter(pk=world.olivia.pk).update(is_platform_operator=True)
    return reverse("workspaces")


def imported(world, name):
    files = {f"f{number}": CATALOG | {"name": f"Same {number % 2}"} for number in range(ROWS)}
    world.browser.post(IMPORT, {"name": name, "archive": archive(wifi=WIFI, **files)})
    Runner().execute(OperationRun.everywhere.latest("pk").pk)


def of_libraries(world):
    for number in range(ROWS):
        imported(world, f"Library {number}")
    return reverse("libraries")


def of_library_policies(world):
    imported(world, "Library")
    return reverse("library", args=[Library.everywhere.get().pk])


def of_values(world):
    for number in range(ROWS):
        made = policy(world.contoso, f"Policy {number}", world.now)
        take(made, {"id": made.graph_id, "name": made.name, "settings": [setting(f"{KEY}_1")]}, world.now)
    return reverse("setting-values", args=[SettingDefinition.everywhere.get(key=KEY).pk])


def sets(world):
    return [finished_set(new_chain(world.contoso, world.now), 1, world.now, asked=ASKED) for _n in range(ROWS)]


def of_sets(world):
    sets(world)
    return world.here("backups")


def of_trashed_sets(world):
    for backup_set in sets(world):
        damaged_and_trashed(backup_set, world.now)
    return world.here("backup-trash")


def of_members(world):
    made_by_hand = new_chain(world.contoso, world.now, kind="manual")
    for version in world.taken():
        member(made_by_hand, version, 1)
    return world.here("backup-set-policies", finished_set(made_by_hand, 1, world.now, asked=ASKED).pk)


def of_picker(world):
    world.taken()
    made_by_hand = new_chain(world.contoso, world.now, kind="manual")
    return world.here("backup-set-picker", finished_set(made_by_hand, 1, world.now, asked=ASKED).pk)


def of_findings(world):
    [backup_set, *_others] = sets(world)
    facts = {"workspace_id": world.contoso.workspace_id, "tenant": world.contoso}
    drill = RestoreDrill.everywhere.create(
        backup_set=backup_set, set_name="Nightly", set_made_at=world.now, seed="s", set_items=ROWS, checked=ROWS,
        restorable=0, unchanged=0, finished_at=world.now, **facts
    )  # fmt: skip
    for version in world.taken():
        DrillFinding.everywhere.create(drill=drill, policy=version.policy, reason_code="secret_masked", **facts)
    return world.here("restore-drill")


def of_restores(world):
    for version in world.taken():
        draft_of_versions(
            tenant=world.contoso, versions=[version], source=version.policy.name, actor=world.olivia, now=world.now
        )
    return world.here("restores")


def of_trashed_restores(world):
    of_restores(world)
    RestoreRun.everywhere.update(trashed_at=world.now)
    return world.here("restore-trash")


LISTS = {
    "policies": of_policies, "versions": of_versions, "groups": of_groups, "runs": of_runs, "files": of_files,
    "workspace-runs": of_workspace_runs, "notifications": of_notifications, "items": of_items, "audit": of_audit,
    "people": of_people, "tenants": of_tenants, "protection": of_protection, "workspaces": of_workspaces,
    "libraries": of_libraries, "library-policies": of_library_policies, "setting_values": of_values,
    "backups": of_sets, "backup-trash": of_trashed_sets, "backup-members": of_members, "backup-picker": of_picker,
    "drill-findings": of_findings, "restores": of_restores, "restore-trash": of_trashed_restores,
}  # fmt: skip


def every_table():
    """Return all tables that any module of the pages declares, by their names."""
    names = [module.name for module in pkgutil.walk_packages(web.__path__, f"{web.__name__}.")]
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return {table.name: table for table in values if isinstance(table, Table)}


def sorts_of(table):
    return [f"{sign}{name}" for name in table.sorts for sign in ("", "-")]


def walk(browser, address, towards):
    """Return the rows of each page from the address on, and the address of the last."""
    parts: list[list[str]] = []
    while len(parts) < 100:
        page = read(browser.get(address)).one("main")
        parts.append([row.words for row in page.one("tbody").every("tr")])
        following = page.every("a", id=f"page-{towards}")
        if not following:
            return parts, address
        address = following[0]["href"]
    raise AssertionError(f"the list does not end: {address}")


def test_each_list_has_its_line_here():
    assert set(LISTS) == set(every_table())


@pytest.mark.parametrize("name", list(LISTS))
def test_a_list_is_walked_there_and_back_in_every_sort_ux_11(signed_in, contoso, olivia, now, monkeypatch, name):
    monkeypatch.setattr(listing, "DEFAULT_SIZE", PAGE)
    world = World(contoso, olivia, signed_in(olivia), now)
    address = LISTS[name](world)
    for sort in sorts_of(every_table()[name]):
        [[*expected]], _place = walk(world.browser, f"{address}?size=100&sort={sort}", "next")
        there, last = walk(world.browser, f"{address}?sort={sort}", "next")
        back, _first = walk(world.browser, last, "previous")
        assert len(expected) >= ROWS
        assert list(chain.from_iterable(there)) == expected
        assert list(chain.from_iterable(reversed(back))) == expected
