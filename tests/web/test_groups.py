"""The pages of groups: who gets what, with the chain of reasons (FLOWS V9), and the start of a sync."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenantpilot.directory.models import Group, NestedGroup
from tenantpilot.operations.models import OperationRun
from tests.directory.kit import group_of
from tests.versions.kit import take
from tests.web.html import read
from tests.web.kit import SCRIPT, policy

IDS = [f"aaaaaaaa-0000-0000-0000-00000000000{number}" for number in range(9)]
TARGET = "#microsoft.graph.{}AssignmentTarget"


def target(name, group=None, **fields):
    return {"target": {"@odata.type": TARGET.format(name), **({"groupId": group.graph_id} if group else {}), **fields}}


@pytest.fixture
def tree(contoso, now):
    """Pilots in Sales, Sales in Europe, Europe in Everyone."""
    everyone = group_of(contoso, IDS[0], "Everyone", now)
    europe = group_of(contoso, IDS[1], "Europe", now, inside=everyone)
    sales = group_of(contoso, IDS[2], "Sales", now, inside=europe)
    pilots = group_of(contoso, IDS[3], "Pilots", now, inside=sales)
    return everyone, europe, sales, pilots


@pytest.fixture
def assign(contoso, now):
    """Give Contoso a policy of this name with these assignments."""

    def give(name, *assignments):
        made = policy(contoso, name, now, type="deviceConfiguration")
        assert take(made, {"id": made.graph_id, "displayName": name, "assignments": list(assignments)}, now)
        return made

    return give


@pytest.fixture
def view(signed_in, bob):
    """view(group) as a reader sees it, within 12 queries beside those of the frame."""
    browser = signed_in(bob)

    def ask(group):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(reverse("group", args=["contoso", group.pk]))
        assert answer.status_code == 200
        assert len(queries) <= 14, [query["sql"][:90] for query in queries]
        return read(answer)

    return ask


def words(read_page, title):
    return read_page.one("section", **{"aria-labelledby": title}).words


def test_a_policy_that_is_assigned_three_groups_above_comes_with_its_chain(view, tree, assign):
    everyone, _europe, _sales, pilots = tree
    assign("BitLocker", target("group", everyone))
    shown = words(view(pilots), "named-title")
    assert "BitLocker" in shown
    assert "This group → is in Sales → is in Europe → is in Everyone" in shown


def test_an_exclusion_above_wins_over_an_inclusion_of_the_group_itself(view, tree, assign):
    _everyone, europe, _sales, pilots = tree
    assign("Firewall", target("group", pilots), target("exclusionGroup", europe))
    shown = view(pilots)
    assert "Firewall" not in words(shown, "named-title")
    assert "Firewall" in words(shown, "excluded-title")
    assert "is in Sales → is in Europe" in words(shown, "excluded-title")


def test_a_filter_is_shown_by_name_and_not_evaluated(view, tree, assign, contoso, now):
    policy(contoso, "Corporate devices", now, type="assignmentFilter", graph_id="f1")
    fields = {
        "deviceAndAppManagementAssignmentFilterId": "F1",
        "deviceAndAppManagementAssignmentFilterType": "exclude",
    }
    assign("Edge", target("group", tree[3], **fields))
    shown = words(view(tree[3]), "named-title")
    assert "filter Corporate devices : All but matching devices, not evaluated" in shown


def test_what_everybody_gets_stands_apart_and_yields_to_an_exclusion(view, tree, assign):
    pilots = tree[3]
    assign("For all", target("allDevices"))
    assign("Not for pilots", target("allLicensedUsers"), target("exclusionGroup", pilots))
    shown = view(pilots)
    assert "For all" in words(shown, "wide-title")
    assert "Not for pilots" not in words(shown, "wide-title")
    assert "Not for pilots" in words(shown, "excluded-title")


def test_a_group_that_is_deleted_leads_nowhere_and_a_circle_ends(view, tree, assign, now):
    everyone, europe, _sales, pilots = tree
    NestedGroup.everywhere.create(
        parent=pilots, member_id=everyone.graph_id, round=1, tenant=pilots.tenant, workspace_id=pilots.workspace_id
    )
    assign("BitLocker", target("group", everyone))
    assert "BitLocker" in words(view(pilots), "named-title")
    Group.everywhere.filter(pk=europe.pk).update(deleted_at=now)
    assert "BitLocker" not in words(view(pilots), "named-title")


def test_sec_03_a_group_gets_nothing_of_another_tenant(view, tree, assign, fabrikam, now):
    foreign = policy(fabrikam, "Foreign", now, type="deviceConfiguration")
    assert take(foreign, {"id": "foreign", "assignments": [target("group", tree[3])]}, now)
    assert "Foreign" not in view(tree[3]).one("main").words


def test_the_list_finds_a_group_by_a_part_of_its_name(signed_in, bob, tree, assign):
    assign("BitLocker", target("group", tree[0]))
    shown = signed_in(bob).get("/admin/t/contoso/groups/?q=veryo").text
    assert "Everyone" in shown
    assert "Pilots" not in shown
    used = signed_in(bob).get("/admin/t/contoso/groups/?use=used").text
    assert ("Everyone" in used, "Pilots" in used) == (True, False)


def test_the_list_says_how_many_policies_name_a_group(signed_in, bob, tree, assign, now):
    everyone, _europe, sales, pilots = tree
    browser = signed_in(bob)
    browser.get("/admin/t/contoso/groups/")
    with CaptureQueriesContext(connection) as before:
        browser.get("/admin/t/contoso/groups/")
    assign("BitLocker", target("group", everyone), target("exclusionGroup", sales))
    assign("Firewall", target("group", everyone))
    gone = assign("Kiosk", target("group", everyone), target("group", pilots))
    type(gone).everywhere.filter(pk=gone.pk).update(missing_since=now)
    with CaptureQueriesContext(connection) as queries:
        shown = read(browser.get("/admin/t/contoso/groups/"))
    assert len(queries) == len(before)
    numbers = {group: shown.one("tr", id=f"group-{group.pk}").one("td", **{"data-label": "Policies"}) for group in tree}
    assert [cell.words for cell in numbers.values()] == ["2 policies", "None", "1 policy", "None"]
    assert numbers[everyone].one("a")["href"] == f"/admin/t/contoso/groups/{everyone.pk}/"
    used = browser.get("/admin/t/contoso/groups/?use=used").text
    assert ("Sales" in used, "Pilots" in used) == (True, False)


def test_ops_30_a_sync_is_started_from_the_page_and_a_reader_learns_who_can(signed_in, alice, bob, contoso):
    answer = signed_in(alice).post("/admin/t/contoso/groups/syncs/", headers=SCRIPT)
    assert answer.status_code == 202
    assert "Group sync queued" in answer.text
    assert OperationRun.everywhere.get().type == "entra_group_sync"
    shown = signed_in(bob).get("/admin/t/contoso/groups/").text
    assert "No groups yet" in shown
    assert 'aria-disabled="true"' in shown


def test_a_schedule_of_group_syncs_is_one_click_away(signed_in, alice, contoso):
    shown = signed_in(alice).get("/admin/t/contoso/schedules/new/?operation=entra_group_sync").text
    assert '<option value="entra_group_sync" selected>' in shown


def test_the_groups_inside_come_with_their_ways_and_counts(view, tree, now):
    everyone, europe, _sales, pilots = tree
    Group.everywhere.filter(pk=pilots.pk).update(member_count=1_204, members_counted_at=now)
    shown = words(view(everyone), "inside-title")
    assert shown.index("Europe") < shown.index("Sales") < shown.index("Pilots")
    assert "This group → Europe → Sales → Pilots" in shown
    assert "1,204 members" in shown
    Group.everywhere.filter(pk=europe.pk).update(gone_at=now)
    assert read_sections(view(everyone)) == 0


def read_sections(page):
    return len(page.every("section", **{"aria-labelledby": "inside-title"}))


def test_a_circle_of_groups_ends_downwards_too(view, tree):
    everyone, _europe, _sales, pilots = tree
    NestedGroup.everywhere.create(
        parent=pilots, member_id=everyone.graph_id, round=1, tenant=pilots.tenant, workspace_id=pilots.workspace_id
    )
    shown = words(view(pilots), "inside-title")
    assert [name in shown for name in ("Everyone", "Europe", "Sales")] == [True] * 3


def test_a_policy_says_how_many_its_groups_reach(signed_in, bob, tree, assign, now):
    everyone = tree[0]
    Group.everywhere.filter(pk=everyone.pk).update(member_count=1, members_counted_at=now)
    made = assign("BitLocker", target("group", everyone))
    answer = read(signed_in(bob).get(reverse("policy", args=["contoso", made.pk])))
    shown = words(answer, "assignments-title")
    assert "Everyone Included 1 member 3 groups inside it" in shown
    assert (
        answer.one("section", **{"aria-labelledby": "assignments-title"})
        .one("a")["href"]
        .endswith(f"/groups/{everyone.pk}/")
    )
