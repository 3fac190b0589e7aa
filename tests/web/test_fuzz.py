"""No request is answered with 500, whatever is sent to whichever address, by whomever.

Every name at every address is sent some of the hostile values, another few at each place; `make test-deep` sends all.
PostgreSQL sees the values that a database may stumble over.
"""

import pytest
from django.test import Client
from django.utils import timezone

from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import Notification
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.tenancy import invitations
from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.index_models import SettingDefinition
from tenantpilot.web.ui.saved_views.services import save_view
from tests.artifacts.kit import made
from tests.backups.kit import finished_set, new_chain
from tests.databases import IS_POSTGRESQL
from tests.directory.kit import group_of
from tests.versions.kit import take
from tests.web.fuzzing import Sender, addresses, fuzz, unreal_addresses
from tests.web.kit import ended, policy, queued

WHOLE = {
    "name": "Nightly 2",
    "operation": "inventory_sync",
    "frequency": "weekly",
    "weekdays": "1",
    "at": "03:30",
    "time_zone": "UTC",
    "client_id": "11111111-1111-4111-8111-111111111111",
    "secret": "s3cret-of-the-application",
    "expires_on": "2027-01-01",
    "query": "state=failed",
    "value": "dark",
    "reason": "Of a pilot",
    "back": "/admin/",
    "place": "workspace-1",
    "role": "readonly",
    "email": "nadia@x.example",
}

pytestmark = pytest.mark.both_databases

# The first that an address begins with is its own; each is a test, so that they can run side by side.
SOME = 2
SAMPLES = pytest.mark.parametrize("most", [SOME, pytest.param(99, id="all", marks=pytest.mark.deep)])
PLANES = ("/admin/t/contoso/operations/", "/admin/t/contoso/", "/admin/operations/", "/admin/", "/")


@pytest.fixture
def places(contoso, olivia, bob, now):
    """Something real for each part of an address."""
    to_tenant = {"workspace": contoso.workspace, "tenant": contoso, "role": Role.READONLY}
    invited = invitations.invite(email="nadia@x.example", actor=olivia, now=timezone.now(), **to_tenant)
    run, failed = queued(contoso, olivia, now), ended(contoso, olivia, now, failed=1, types=("settingsCatalog",))
    kept = policy(contoso, "Firewall", now)
    schedule = services.create_schedule(
        INVENTORY_SYNC, tenant=contoso, name="Nightly", cadence=Cadence(Frequency.DAILY, "UTC", hour=3),
        inputs=SyncInputs(),
        actor=olivia, now=now,
    )  # fmt: skip
    place = {"list_name": "runs", "workspace_id": contoso.workspace_id, "tenant": contoso}
    view = save_view("Failures", query="state=failed", owner=olivia, now=now, **place)
    version = take(kept, {"id": "p1", "name": "Firewall", "isOn": True}, now)
    restore = draft_of_versions(tenant=contoso, versions=[version], source="Firewall", actor=olivia, now=now)
    note = Notification.everywhere.get(recipient=olivia)
    return {
        "tenant": ["contoso"],
        "run_id": [run.pk, failed.pk],
        "policy_id": [kept.pk],
        "schedule_id": [schedule.pk],
        "view_id": [view.pk],
        "notification_id": [note.pk],
        "name": ["theme", "keys"],
        "token": ["no-such-link", invited.token],
        "workspace_id": [contoso.workspace_id],
        "artifact_id": [made(contoso, olivia, b"file", timezone.now()).pk],
        "definition_id": [SettingDefinition.everywhere.get().pk],
        "group_id": [group_of(contoso, "aaaaaaaa-0000-0000-0000-000000000001", "Pilots", now).pk],
        "restore_id": [restore.pk],
        "set_id": [finished_set(new_chain(contoso, now, kind="manual"), 1, now, asked={"policy_types": []}).pk],
        "place": [1],
        "person_id": [bob.pk],
        "invitation_id": [invited.pk],
        "session_id": [1],
        "pk": [1],
        "number": [1],
        "workspace_id": [contoso.workspace_id],
        **{key: [1] for key in ("artifact_id", "definition_id", "group_id", "restore_id", "set_id", "place")},
    }


@pytest.fixture
def senders(olivia, signed_in):
    """Whoever reaches most, and whoever is not known."""
    User.objects.filter(pk=olivia.pk).update(is_platform_operator=True)
    return {"owner": Sender(signed_in(olivia)), "stranger": Sender(Client())}


@pytest.mark.timeout(900)  # thousands of requests, beside whatever else keeps the machine busy
@SAMPLES
@pytest.mark.parametrize("plane", PLANES)
def test_no_value_of_a_parameter_is_answered_with_500(places, senders, monkeypatch, plane, most):
    for sender in senders.values():
        for address, values in addresses(places).items():
            if next(each for each in PLANES if address.startswith(each)) == plane:
                fuzz(sender, address, values, WHOLE, monkeypatch, most=most)
        print(f"{sender.tally.requests} requests")
        assert sender.tally.requests > (30 if IS_POSTGRESQL or most == SOME else 100)
        assert sender.tally.failures == [], "\n".join(sender.tally.failures)


@SAMPLES
def test_no_part_of_an_address_is_answered_with_500(places, senders, most):
    for sender in senders.values():
        for address in unreal_addresses(places, most):
            for method in ("GET", "POST"):
                sender.send(method, address)
        print(f"{sender.tally.requests} requests")
        assert sender.tally.failures == [], "\n".join(sender.tally.failures)
