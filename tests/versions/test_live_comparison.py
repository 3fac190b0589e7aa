"""A version compared with live: an operation reads the policy now, and the page says when."""

import pytest
from django.urls import reverse
from intunesim import Fault

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.restores.conftest import delete, edit, entity_of, version_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def first(directory, sync, capture):
    """The version of a settings catalog policy."""
    capture()
    return version_of(entity_of(directory, CATALOG).id)


@pytest.fixture
def compare_live(signed_in, alice, first, now):
    """Press the button, let a worker read, and return the page that follows."""

    def pressed(*, work=True):
        browser = signed_in(alice)
        address = reverse("policy-live-reading", args=["contoso", first.policy_id, first.number])
        answer = browser.post(address)
        run = OperationRun.everywhere.latest("pk")
        assert answer.headers["Location"].endswith(f"/versions/{first.number}/live/?run={run.pk}")
        if work:
            Runner(clock=lambda: now).execute(run.pk)
        return read(browser.get(answer.headers["Location"])).one("main").words

    return pressed


def test_what_was_changed_a_moment_ago_is_shown_with_its_time(directory, first, compare_live):
    edit(directory, CATALOG, first.policy.graph_id, description="Changed a moment ago")
    words = compare_live()
    assert "Changed a moment ago" in words
    assert "By operation Capture of policies Succeeded" in words
    assert "Kept as Version 2" in words
    read_at = version_of(first.policy.graph_id).read_at
    assert f"{read_at:%Y}" in words.partition("The policy as the tenant has it Read")[2].partition("By operation")[0]


def test_where_nothing_changed_it_says_when_that_was_seen(first, compare_live):
    words = compare_live()
    assert "Both mean the same." in words
    assert "Kept as Version 1" in words


def test_until_the_operation_ends_the_page_says_so(first, compare_live):
    assert "The policy is being read." in compare_live(work=False)


def test_a_deleted_policy_is_said_to_be_gone(simulator, directory, first, compare_live):
    delete(simulator, directory, CATALOG, first.policy.graph_id)
    assert "The tenant has no such object any more." in compare_live()


def test_ux_92_a_read_that_failed_compares_nothing_and_says_why(simulator, first, compare_live):
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/{first.policy.graph_id}*", method="*", status=400))
    words = compare_live()
    assert "The policy could not be read, so nothing is compared." in words
    assert "Both mean the same." not in words


@pytest.mark.parametrize("run", ["0", "nonsense", "999999999"])
def test_an_operation_that_is_none_is_not_found(signed_in, bob, first, run):
    page = reverse("policy-live-comparison", args=["contoso", first.policy_id, first.number])
    assert signed_in(bob).get(f"{page}?run={run}").status_code == 404


def test_ux_36_a_reader_sees_who_may_read_live(signed_in, bob, first):
    page = reverse("policy-live-comparison", args=["contoso", first.policy_id, first.number])
    words = read(signed_in(bob).get(page)).one("main").words
    assert "The policy was not read yet." in words
    assert "you need to be" in words
