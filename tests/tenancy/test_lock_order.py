"""What changes roles locks in one order: two at once wait for one another in line, never in a circle."""

import pytest

from tenantpilot.audit import services as audit
from tenantpilot.tenancy import invitations, members, owners, services
from tenantpilot.tenancy.links import LinkQuerySet
from tenantpilot.tenancy.roles import Role

ORDER = ["workspace", "invitation", "chain of the workspace", "chain of the installation"]


@pytest.fixture
def locks(monkeypatch):
    """The locks that were taken, each where it was taken first."""
    names = []

    def note(place, name, title):
        before = getattr(place, name)

        def noting(*args, **facts):
            lock = title(*args) if callable(title) else title
            if lock not in names:
                names.append(lock)
            return before(*args, **facts)

        monkeypatch.setattr(place, name, noting)

    note(owners, "lock_workspaces", ORDER[0])
    note(LinkQuerySet, "use", ORDER[1])
    note(audit, "_locked_head", lambda workspace_id: ORDER[2] if workspace_id else ORDER[3])
    return names


@pytest.fixture
def token_to(northwind, olivia, now):
    def make(address):
        facts = {"workspace": northwind, "tenant": None, "role": Role.MANAGER, "actor": olivia, "now": now}
        return invitations.invite(email=address, **facts).token

    return make


def test_a_new_person_accepts_in_order(token_to, locks, now):
    token = token_to("nadia@northwind.example")
    locks.clear()
    invitations.accept_as_new(token, display_name="Nadia", password="a long and fine secret", now=now)
    assert locks == ORDER


def test_somebody_who_has_an_account_accepts_in_order(token_to, locks, alice, now):
    token = token_to(alice.email)
    locks.clear()
    invitations.accept_as(alice, token, now=now)
    assert locks == ORDER[:3]


def test_taking_every_role_away_locks_in_order(northwind, contoso, olivia, alice, locks, now):
    assert members.remove_from_workspace(workspace=northwind, person=alice, actor=olivia, now=now)
    assert locks == [ORDER[0], *ORDER[2:]]


def test_giving_a_role_locks_in_order(northwind, olivia, alice, locks, now):
    services.set_workspace_role(workspace=northwind, person=alice, role=Role.MANAGER, actor=olivia, now=now)
    assert locks == [ORDER[0], ORDER[2]]
