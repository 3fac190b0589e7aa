"""What a role is offered at each surface is what the declaration says, and what the server allows (FLOWS 2.17)."""

import pytest
from django.urls import reverse

from tenantpilot.tenancy.roles import ROLE_CAPABILITIES, Role
from tenantpilot.web.ui.actions import Surface
from tenantpilot.web.ui.policy_actions import POLICY_ACTIONS
from tests.people import member
from tests.web.html import read
from tests.web.kit import policy

LIST = "/admin/t/contoso/inventory/"
ROLES = list(Role)


@pytest.fixture(params=ROLES, ids=[role.value for role in ROLES])
def role(request):
    return request.param


@pytest.fixture
def browser(signed_in, contoso, role):
    return signed_in(member(contoso, f"person-{role.value}", role))


@pytest.fixture
def record(contoso, now):
    return policy(contoso, "BitLocker", now)


def expected(role, surface, *, record=None):
    """The keys of the actions that the declaration gives to the role."""
    return {
        action.key
        for action in POLICY_ACTIONS
        if surface in action.surfaces
        and action.capability in ROLE_CAPABILITIES[role]
        and (record is None or action.applies(record))
    }


def drawn(element):
    keys = [part.attributes["data-action"] for part in element.every() if "data-action" in part.attributes]
    assert len(keys) == len(set(keys))
    return set(keys)


def test_the_bulk_bar(browser, role, record):
    forms = read(browser.get(LIST)).every("form", id="bulk")
    assert (drawn(forms[0]) if forms else set()) == expected(role, Surface.BULK)


def test_the_head_of_a_policys_page(browser, role, record):
    page = read(browser.get(reverse("policy", args=["contoso", record.pk])))
    head = page.one("", id="head")
    assert drawn(head) == expected(role, Surface.PAGE, record=record)


def test_the_palette(browser, role, record):
    known = {str(action.label): action.key for action in POLICY_ACTIONS}
    place = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{LIST}"}
    keys = set()
    for label, key in known.items():
        answer = read(browser.get(reverse("search"), {"q": label}, headers=place))
        keys |= {key for link in answer.every("a") if f"{known_view(key)}?matching=1" in link.attributes["href"]}
    assert keys == expected(role, Surface.PALETTE)


def known_view(key):
    view = next(action.view for action in POLICY_ACTIONS if action.key == key)
    return reverse(view, args=["contoso"])


def test_the_server_allows_just_that(browser, role, record):
    allowed = {
        action.key
        for action in POLICY_ACTIONS
        if browser.get(f"{action.url('contoso')}?policy={record.pk}").status_code != 403
    }
    assert allowed == {action.key for action in POLICY_ACTIONS if action.capability in ROLE_CAPABILITIES[role]}


@pytest.mark.parametrize("action", [action for action in POLICY_ACTIONS if Surface.BULK in action.surfaces])
def test_each_bulk_action_reads_all_matching_ux_15(signed_in, contoso, olivia, now, action):
    """The list sends the filter in place of the policies: an action that reads policies alone would throw it away."""
    for name in ("Windows A", "Windows B", "Mac C"):
        policy(contoso, name, now, graph_id=name)
    policy(contoso, "Windows D", now, graph_id="D", ignored_at=now)
    shown = read(signed_in(olivia).get(f"{action.url('contoso')}?q=win&matching=1&chosen=1")).one("main").words
    names = [name for name in ("Windows A", "Windows B", "Windows D") if name in shown]
    left_out = {"ignore": {"Windows D"}, "unignore": {"Windows A", "Windows B"}}.get(action.key, set())
    assert set(names) == {"Windows A", "Windows B", "Windows D"} - left_out
    assert "Mac C" not in shown
