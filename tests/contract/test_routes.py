"""GUARD-G: every address × every kind of person, and no address without a row (SEC-01, SEC-02, SEC-03, OPS-30).

What is expected follows from the plane and the capability of the row, by the one table of roles.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path, reverse
from django.utils import timezone

from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.inventory.many_tenants.services import start_syncs
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import INVENTORY_SYNC, TENANTS_SYNC, SyncInputs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun, Schedule
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.tenancy import invitations, recovery
from tenantpilot.tenancy.models import Invitation, TenantMember, User
from tenantpilot.tenancy.roles import ROLE_CAPABILITIES, Role
from tenantpilot.versions.index_models import SettingDefinition
from tenantpilot.versions.library.services import Upload, library_of, start_import
from tenantpilot.versions.models import LibraryPolicy
from tenantpilot.web.frame.access_rows import AccessRow, all_access_rows
from tenantpilot.web.inventory.tables import POLICIES
from tenantpilot.web.operations.tables import RUNS, WORKSPACE_RUNS
from tenantpilot.web.ui.saved_views.models import SavedView
from tenantpilot.web.ui.saved_views.services import save_view
from tests.artifacts.kit import made
from tests.backups.kit import finished_set, new_chain
from tests.directory.kit import group_of
from tests.versions.kit import take

# On PostgreSQL it runs once, with row-level security turned on: tests/run.py, "under row security".
pytestmark = [pytest.mark.contract, pytest.mark.same_on_both]

FOUND = {200, 202, 204, 302, 304, 422}


MATRIX = all_access_rows()

IN_A_TENANT = {"tenant", "own"}

# A person's own account, by the names of django-allauth. It knows no tenant; tests/web/account has its proofs.
ACCOUNT_PAGES = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
}

PEOPLE: dict[str, Role | None] = {
    "anonymous": None,
    "charlie": None,
    "pat": None,
    "bob": Role.READONLY,
    "alice": Role.OPERATOR,
    "olivia": Role.OWNER,
}


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


def places(patterns, before: str = "") -> Iterator[str]:
    """Paths, with something plain in the place of each argument."""
    for pattern in patterns:
        here = before + re.sub(r"<int:\w+>|\(\?P<\w+>[^)]*\)", "1", str(pattern.pattern)).strip("^$")
        yield from places(pattern.url_patterns, here) if isinstance(pattern, URLResolver) else [here]


def test_every_address_has_a_row_and_every_row_an_address():
    """GUARD-G, SEC-07: a page that a library brings along is an address without a row."""
    known = set(names(get_resolver().url_patterns))
    assert known - set(MATRIX) - ACCOUNT_PAGES == set(), "add a row for these addresses"
    assert (set(MATRIX) | ACCOUNT_PAGES) - known == set(), "these rows have no address any more"


def test_sec_07_a_tree_of_a_library_that_is_routed_is_noticed():
    """Whole, or one page of it: each name is a stranger."""
    strangers = set(names([path("auth/", include("allauth.urls"))])) - set(MATRIX) - ACCOUNT_PAGES
    assert {"account_signup", "account_email", "account_reset_password", "account_set_password"} <= strangers


def test_sec_07_nothing_of_a_library_answers_beside_what_is_ours(client, db):
    """At the addresses of its own documentation, and at those that it had here before."""
    for place in places(include("allauth.urls")[0].urlpatterns):
        answer = client.get(f"/auth/{place}")
        assert answer.status_code == 404 or answer.resolver_match.url_name in ACCOUNT_PAGES, place


@pytest.fixture
def payload():
    """What the version and the library of the world say; a test may put something else there."""
    return {"id": "p1", "name": "BitLocker", "isOn": True}


@pytest.fixture
def world(contoso, fabrikam, alice, bob, charlie, olivia, pat, now, payload):
    """What the ids are about: all of it Contoso's, and Alice's."""
    service = OperationRunService()
    ended = start_sync(tenant=contoso, initiator=alice, now=now, policy_types=["group"]).run
    service.request_cancel(ended, actor=alice, now=now)
    queued = start_sync(tenant=contoso, initiator=alice, now=now).run
    policy = Policy.everywhere.create(
        workspace_id=contoso.workspace_id,
        tenant=contoso,
        type="settingsCatalog",
        graph_id="p1",
        name="BitLocker",
        content_hash="",
        first_seen_at=now,
        last_seen_at=now,
        changed_at=now,
    )
    version = take(policy, payload, now)
    restore = draft_of_versions(tenant=contoso, versions=[version], source="BitLocker", actor=alice, now=now)
    invited = {"workspace": contoso.workspace, "role": Role.READONLY, "actor": olivia, "now": timezone.now()}
    recovery.make_link(bob, removes_second_factor=False, actor=olivia, now=timezone.now())
    return {
        "workspace": contoso.workspace_id,
        "member": alice.pk,
        "recovering": bob.pk,
        "invitation": invitations.invite(tenant=None, email="nadia@x.example", **invited).pk,
        "tenant invitation": invitations.invite(tenant=contoso, email="nadia@x.example", **invited).pk,
        "people": {"charlie": charlie, "pat": pat, "bob": bob, "alice": alice, "olivia": olivia},
        "run": queued.pk,
        "ended run": ended.pk,
        "no run": 999_999,
        **runs_of_workspace(contoso, olivia, now),
        "policy": policy.pk,
        "setting": SettingDefinition.everywhere.earliest("pk").pk,
        "version": version.pk,
        "group": group_of(contoso, "aaaaaaaa-0000-0000-0000-000000000001", "Pilots", now).pk,
        "restore": restore.pk,
        "backup set": finished_set(new_chain(contoso, now, kind="manual"), 1, now, asked={"policy_types": []}).pk,
        "backup chain": new_chain(contoso, now).pk,
        "schedule": daily(contoso, olivia, now).pk,
        "schedule of workspace": daily(None, olivia, now, contoso.workspace).pk,
        "notification": Notification.everywhere.get(recipient=alice).pk,
        "view": view(alice, contoso.workspace_id, RUNS.name, contoso, now).pk,
        "policy view": view(alice, contoso.workspace_id, POLICIES.name, contoso, now, "state=enabled").pk,
        **a_library(contoso, payload),
        "file": made(contoso, alice, b"file", timezone.now()).pk,
        "tenant view across": view(alice, contoso.workspace_id, "tenants", None, now, "q=con").pk,
        "view across": view(alice, contoso.workspace_id, WORKSPACE_RUNS.name, None, now).pk,
    }


def view(owner, workspace_id, listed, place, now, query="state=failed"):
    where = {"list_name": listed, "workspace_id": workspace_id, "tenant": place}
    return save_view("Failed", query=query, owner=owner, now=now, **where)


def a_library(tenant, payload):
    """The keys of a library and of a policy in it."""
    catalog = {"name": "A", "platforms": "macOS", "technologies": "mdm", "settings": []}
    now = timezone.now()
    library = library_of(tenant.workspace, "Baseline", actor=None, now=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.json", json.dumps({**catalog, **payload}))
    started = start_import(library, Upload("a.zip", [packed.getvalue()]), initiator=None, now=now)
    Runner().execute(started.run.pk)
    return {"library": library.pk, "library policy": LibraryPolicy.everywhere.get().pk}


def runs_of_workspace(tenant, actor, now):
    """The keys of a run of the whole workspace that is queued, and of one that has ended."""
    facts = {"workspace": tenant.workspace, "initiator": actor, "now": now}
    ended = start_syncs(tenants=[], **facts).run
    OperationRunService().request_cancel(ended, actor=actor, now=now)
    return {"run of workspace": start_syncs(tenants=[tenant], **facts).run.pk, "ended run of workspace": ended.pk}


def daily(place, actor, now, workspace=None):
    """A schedule of a tenant, or without one of the whole workspace."""
    kind, inputs = (INVENTORY_SYNC, SyncInputs()) if place else (TENANTS_SYNC, TenantsInputs(TenantFilter()))
    facts = {"name": "Daily", "cadence": Cadence(Frequency.DAILY, "UTC", hour=3), "actor": actor, "now": now}
    return create_schedule(kind, tenant=place, workspace=workspace, inputs=inputs, **facts)


def address(name: str, row: AccessRow, world, slug: str = "contoso") -> str:
    parts = [slug] if row.plane in IN_A_TENANT else []
    parts += [str(world[row.subject])] if row.subject else []
    query = row.query.format(workspace=world["workspace"], version=world["version"])
    return reverse(name, args=[*parts, *row.arguments]) + query


def expected(row: AccessRow, person: str) -> set[int]:
    role = PEOPLE[person]
    match row.plane:
        case "anybody":
            return FOUND | {400, 503}
        case "not found":
            return {400, 403, 404, 410}
        case _ if person == "anonymous":
            return {302}
        case "signed in":
            return FOUND
        case "nobody's":
            return {404}
        case "platform":
            return FOUND if person == "pat" else {404}
        case "workspace":
            return {404} if person == "pat" else FOUND
        case "workspace role":
            return {404} if person == "pat" else FOUND if person == "olivia" else {403}
        case "workspace role object":
            return FOUND if person == "olivia" else {404}
        case "workspace role alone":
            return {403} if person == "alice" else {404}
        case "personal" | "own":
            return FOUND if person == "alice" else {404}
    if role is None:
        return {404}
    return FOUND if row.capability in ROLE_CAPABILITIES[role] else {403}


@contextmanager
def undone() -> Iterator[None]:
    """What an address changes is not there for the next one."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(browser: Client, name: str, world, **where):
    row = MATRIX[name]
    with undone():
        return getattr(browser, row.method)(address(name, row, world, **where))


@pytest.fixture
def refusals_in_a_word(monkeypatch):
    """Half of three hundred answers say no. How that page is drawn, and for whom, is asked in web/test_access.py."""
    monkeypatch.setattr(
        "tenantpilot.web.frame.errors._drawn", lambda _request, _template, context: str(context["title"])
    )


@pytest.mark.parametrize("person", PEOPLE)
def test_sec_02_who_reaches_what(person, world, signed_in, client, refusals_in_a_word):
    """GUARD-G, SEC-01, SEC-02, SEC-03."""
    browser = client if person == "anonymous" else signed_in(world["people"][person])
    answers = {name: ask(browser, name, world) for name in MATRIX}
    wrong = {name: answer.status_code for name, answer in answers.items() if not is_expected(name, person, answer)}
    assert wrong == {}


def is_expected(name: str, person: str, answer) -> bool:
    row = MATRIX[name]
    if person == "anonymous" and row.plane not in ("anybody", "not found"):
        return answer.status_code == 302 and "/auth/" in answer.headers["Location"]
    return answer.status_code in expected(row, person)


OF_A_TENANT = [name for name, row in MATRIX.items() if row.plane in IN_A_TENANT and row.subject]


@pytest.fixture
def owner_of_fabrikam(world, signed_in):
    """Charlie's browser, who may do everything in Fabrikam: what he does not find is not his."""
    TenantMember.everywhere.filter(user=world["people"]["charlie"]).update(role=Role.OWNER)
    return signed_in(world["people"]["charlie"])


def test_sec_03_an_id_of_another_tenant_is_not_found_under_ones_own(world, owner_of_fabrikam):
    browser = owner_of_fabrikam
    found = {name: ask(browser, name, world, slug="fabrikam").status_code for name in OF_A_TENANT}
    assert set(found.values()) == {404}, found


def test_sec_02_what_is_not_yours_reads_like_what_is_not_there(world, owner_of_fabrikam):
    """The same status and, but for its reference number, the same page."""
    browser = owner_of_fabrikam
    for name in OF_A_TENANT:
        nothing = dict(world, **{MATRIX[name].subject: 987_654_321})
        theirs, absent = (ask(browser, name, things, slug="fabrikam") for things in (world, nothing))
        assert theirs.status_code == absent.status_code == 404, name
        assert abs(len(theirs.content) - len(absent.content)) <= 40, name


def test_what_changes_something_is_not_done_by_a_link(world, signed_in):
    browser = signed_in(world["people"]["alice"])
    before = facts()
    for name in (name for name, row in MATRIX.items() if row.method == "post"):
        browser.get(address(name, MATRIX[name], world))
    assert facts() == before


def facts() -> tuple[object, ...]:
    """What the addresses could have changed."""
    return (
        Notification.everywhere.filter(read_at=None).count(),
        list(OperationRun.everywhere.values_list("pk", "status").order_by("pk")),
        list(Schedule.everywhere.values_list("pk", "paused_at")),
        list(Policy.everywhere.values_list("pk", "ignored_at")),
        list(SavedView.everywhere.values_list("pk", "name", "shared_at")),
        list(User.objects.order_by("pk").values_list("pk", "is_active", "password", "sessions_ended")),
        list(Invitation.everywhere.values_list("pk", "ended_at")),
    )
