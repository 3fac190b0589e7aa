"""No request is answered with 500, whatever is sent to whichever address, by whomever.

Every name at every address is sent some of the hostile values, another few at each place; `make test-deep` sends all.
PostgreSQL sees the values that a database may stumble over.
"""

import pytest
from django.test import Client
from django.utils import timezone

from tenantpilot.operations.models import Notification
from tenantpilot.tenancy import invitations
from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.roles import Role
from tests.contract.test_routes import MATRIX, payload, world
from tests.databases import IS_POSTGRESQL
from tests.web.fuzzing import PART, Sender, addresses, fuzz, named_routes, unreal_addresses
from tests.web.kit import ended, queued

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

__all__ = ["payload", "world"]

pytestmark = [pytest.mark.both_databases, pytest.mark.left_to_postgresql]

# The first that an address begins with is its own; each is a test, so that they can run side by side.
SOME = 2
SAMPLES = pytest.mark.parametrize("most", [SOME, pytest.param(99, id="all", marks=pytest.mark.deep)])
PLANES = ("/admin/t/contoso/operations/", "/admin/t/contoso/", "/admin/operations/", "/admin/", "/")


@pytest.fixture
def places(world, contoso, olivia, bob, now):
    """Something real for each part of an address; what no line here names is what the contract asks its address for."""
    to_tenant = {"workspace": contoso.workspace, "tenant": contoso, "role": Role.READONLY}
    invited = invitations.invite(email="nadia@y.example", actor=olivia, now=timezone.now(), **to_tenant)
    run, failed = queued(contoso, olivia, now), ended(contoso, olivia, now, failed=1, types=("settingsCatalog",))
    return real_parts(world) | {
        "tenant": ["contoso"],
        "run_id": [run.pk, failed.pk],
        "name": ["theme", "keys"],
        "token": ["no-such-link", invited.token],
        "person_id": [bob.pk],
        "invitation_id": [invited.pk],
        "notification_id": [Notification.everywhere.filter(recipient=olivia).latest("pk").pk],
        "session_id": [1],
        "pk": [1],
        "number": [1],
        "place": [1],
    }


def real_parts(world) -> dict[str, list[object]]:
    """Return, by the name of a part, the id of what its address is about in the contract's world."""
    rows = ((name, row.subject) for name, row in MATRIX.items() if row.subject)
    named = {name: subject for name, subject in rows if subject in world}
    parts = {name: PART.findall(route) for name, route in named_routes() if name in named}
    return {found[-1][1]: [world[named[name]]] for name, found in parts.items() if found}


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
        for address in unreal_addresses(places, most // 2):
            for method in ("GET", "POST"):
                sender.send(method, address)
        print(f"{sender.tally.requests} requests")
        assert sender.tally.failures == [], "\n".join(sender.tally.failures)
