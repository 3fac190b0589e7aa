"""The pages of backups: what a set is and is not, for those who may see it, and changed by those who may."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BinaryField
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tenantpilot.backups.days import count_set
from tenantpilot.backups.models import BackupRetention
from tenantpilot.backups.states import SetState
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.versions import storing
from tests.backups.kit import building_set, damaged_and_trashed, finish, finished_set, member, new_chain
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import at_most_queries, policies

ASKED = {"policy_types": ["deviceConfiguration"], "left_out": ["group"], "left_out_reason": "Kept elsewhere"}


@pytest.fixture
def by_hand(contoso, now):
    """A set made by hand that holds one policy."""
    chain = new_chain(contoso, now, kind="manual")
    backup_set = building_set(chain, 1, now, asked=ASKED, items=1, by_type={"deviceConfiguration": {"captured": 1}})
    member(chain, take(new_policy(contoso, now), {"id": "p1", "passwordRequired": True}, now), 1)
    return finish(backup_set)


@pytest.fixture
def ask(signed_in, olivia, contoso):
    browsers = {}

    def ask(name, backup_set=None, form=None, who=olivia, query=""):
        browser = browsers.get(who.pk) or browsers.setdefault(who.pk, signed_in(who))
        places = ["contoso", *([backup_set.pk] if backup_set else [])]
        url = reverse(name, args=[] if name.startswith("workspace-") else places) + query
        return browser.get(url) if form is None else browser.post(url, form)

    return ask


def test_a_set_says_what_it_is_and_what_it_is_not(ask, by_hand):
    shown = ask("backup-set", by_hand).text
    for words in ("Complete", "1 policy", "Kept elsewhere", by_hand.digest, "Device configuration", "New versions"):
        assert words in shown
    assert "p1" in ask("backup-set-policies", by_hand).text


def test_an_incomplete_a_failed_and_a_damaged_set_are_never_green(ask, contoso, now):
    chain = new_chain(contoso, now)
    by_type = {"group": {"unread": "permission_missing"}}
    torn = finished_set(chain, 1, now, "incomplete", by_type=by_type, asked={"policy_types": ["group"]})
    lost = finished_set(chain, 2, now, "failed", asked={"policy_types": []})
    shown = ask("backup-set", torn).text
    assert "The set is not good" in shown
    assert "Not read" in shown
    assert "holds nothing" in ask("backup-set", lost).text
    badges = read(ask("backups")).one("table").every(class_="badge")
    assert {badge.words for badge in badges} == {"Incomplete", "Failed"}
    assert not any("badge-success" in badge["class"] for badge in badges)


def test_a_backup_is_asked_for_with_a_reason_for_what_is_left_out(ask):
    form = {"name": "Before the change", "policy_types": ["group"]}
    refused = ask("create-backup", form=form)
    assert (refused.status_code, OperationRun.everywhere.count()) == (422, 0)
    assert "Write why the other types are left out." in refused.text
    assert 'value="Before the change"' in refused.text
    assert ask("create-backup", form={**form, "left_out_reason": "Not ours"}).status_code == 302
    assert OperationRun.everywhere.get().inputs["left_out_reason"] == "Not ours"


def test_ops_26_the_same_backup_from_another_browser_is_queued_already(ask, signed_in, alice):
    form = {"name": "All", "policy_types": ["group"], "left_out_reason": "x"}
    for who in (None, alice):
        ask("create-backup", form=form, **({"who": who} if who else {}))
    followed = signed_in(alice).get(reverse("backups", args=["contoso"]))
    assert OperationRun.everywhere.count() == 1
    assert followed.status_code == 200


def test_ux_15_chosen_policies_are_backed_up_after_a_question(ask, contoso, now):
    policies(contoso, 3, now)
    asked = ask("back-up-policies", query="?matching=1&q=Policy")
    assert "Back up 3 policies of Contoso?" in asked.text
    assert ask("back-up-policies", form={"matching": "1", "q": "Policy", "name": ""}).status_code == 422
    ask("back-up-policies", form={"matching": "1", "q": "Policy", "name": "Three"})
    assert OperationRun.everywhere.get().inputs["policies"] == {"q": "Policy"}


def test_the_picker_says_what_is_in_the_set_and_adds_to_it(ask, by_hand, contoso, now):
    policies(contoso, 1, now)
    shown = read(ask("backup-set-picker", by_hand)).one("table").words
    assert "In the set" in shown
    assert "Not in the set" in shown
    chosen = Policy.everywhere.get(name="Policy 000").pk
    assert "Add 1 policy to" in ask("add-to-backup-set", by_hand, query=f"?policy={chosen}").text
    for _twice in "12":
        ask("add-to-backup-set", by_hand, {"policy": chosen})
    assert OperationRun.everywhere.get().type == "backup_set_add_policies"
    busy = ask("remove-from-backup-set", by_hand, {"policy": chosen})
    assert (busy.status_code, "Your choice is kept below" in busy.text) == (409, True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("restorable=secret_missing", ["Policy b"]),
        ("q=Policy", ["Policy a", "Policy b", "Policy c"]),
        ("q=y+c&restorable=yes", ["Policy c"]),
        ("restorable=nonsense", []),
    ],
)
def test_ux_15_all_that_match_the_filters_of_a_sets_list_are_removed_and_no_other(
    ask, contoso, now, monkeypatch, query, names
):
    chain = new_chain(contoso, now, kind="manual")
    backup_set = building_set(chain, 1, now, asked=ASKED)
    for letter, restorable in (("a", "yes"), ("b", "secret_missing"), ("c", "yes")):
        policy = new_policy(contoso, now, graph_id=letter)
        monkeypatch.setattr(storing, "restorability", lambda *_facts, judged=restorable: (judged, ""))
        member(chain, take(policy, {"id": letter}, now), 1)
    finish(backup_set)
    question = ask("remove-from-backup-set", backup_set, query=f"?matching=1&{query}")
    if not names:
        assert question.status_code == 302
        return
    fields = [field["value"] for field in read(question).every("input", name="policy")]
    assert sorted(Policy.everywhere.filter(pk__in=fields).values_list("name", flat=True)) == names
    ask("remove-from-backup-set", backup_set, {"policy": fields})
    assert sorted(OperationRun.everywhere.get().inputs["policies"]) == sorted(fields)


def test_a_set_is_held_with_a_reason_and_released_in_seven_days(ask, by_hand, now):
    assert ask("hold-backup-set", by_hand, {"reason": ""}).status_code == 422
    past = ask("hold-backup-set", by_hand, {"reason": "Audit", "until": "2020-01-01"})
    assert (past.status_code, "Choose a day after today." in past.text) == (422, True)
    ask("hold-backup-set", by_hand, {"reason": "Audit"})
    assert "Audit" in ask("backup-set", by_hand).text
    assert ask("release-backup-set", by_hand, {}).status_code == 302
    by_hand.refresh_from_db()
    assert by_hand.held_until - by_hand.held_at >= timedelta(days=7)


def test_sets_go_to_the_trash_and_for_good_with_the_name_typed(ask, by_hand, olivia, now):
    chosen = {"set": by_hand.pk}
    assert "Move 1 backup set to the trash?" in ask("trash-backup-sets", query=f"?set={by_hand.pk}").text
    ask("trash-backup-sets", form=chosen)
    damaged_and_trashed(by_hand, now)
    assert "Nightly" in ask("backup-trash").text
    wrong = ask("delete-backup-sets", form={**chosen, "typed": "contoso"})
    assert (wrong.status_code, "This is not its name." in wrong.text) == (422, True)
    ask("delete-backup-sets", form={**chosen, "typed": "Contoso"})
    kinds = list(OperationRun.everywhere.order_by("pk").values_list("type", flat=True))
    assert kinds == ["bulk_backup_set_trash", "bulk_backup_set_force_delete"]


def test_two_sets_are_compared_policy_by_policy(ask, contoso, by_hand, now):
    other = new_chain(contoso, now, kind="manual")
    later = building_set(other, 1, now + timedelta(hours=1), asked=ASKED, items=2)
    held = Policy.everywhere.get(graph_id="p1")
    member(other, take(held, {"id": "p1", "passwordRequired": False}, now), 1)
    member(other, take(new_policy(contoso, now, graph_id="p2"), {"id": "p2"}, now), 1)
    finish(later)
    shown = ask("backup-set-comparison", later, query=f"?with={by_hand.pk}").text
    assert "1 changed, 1 added, 0 removed, 0 the same" in shown
    assert "before=1&amp;after=2" in shown


def test_sec_02_another_tenants_set_is_not_there(ask, fabrikam, now):
    theirs = finished_set(new_chain(fabrikam, now), 1, now)
    for name in ("backup-set", "backup-set-policies", "backup-set-comparison"):
        assert ask(name, theirs).status_code == 404
    assert ask("trash-backup-sets", form={"set": theirs.pk}).status_code == 302
    assert not OperationRun.everywhere.exists()


def test_ux_36_a_reader_sees_who_can_and_no_button_that_fails(ask, by_hand, bob):
    shown = ask("backup-set", by_hand, who=bob).text
    assert "aria-disabled" in shown
    assert reverse("hold-backup-set", args=["contoso", by_hand.pk]) not in shown


OF_A_SET = ["backup-set", "backup-set-policies", "backup-set-picker", "backup-set-comparison"]
OF_ALL = ["backups", "backup-trash", "backup-retention", "protection", "workspace-protection"]
HEAVY = [
    f'"{model._meta.db_table}"."{field.column}"'
    for model in apps.get_models()
    for field in model._meta.fields
    if isinstance(field, BinaryField)
]


@pytest.mark.parametrize("name", OF_A_SET + OF_ALL)
def test_ux_21_pages_cost_few_queries_and_read_no_payload(ask, contoso, by_hand, now, name):
    """No column of bytes stands in the SQL of a page: no payload, no sealed secret, no part of a file."""
    chain = new_chain(contoso, now)
    for seq in range(1, 30):
        finished_set(chain, seq, now + timedelta(minutes=seq), asked=ASKED)
    where = by_hand if name in OF_A_SET else None
    ask(name, where)
    with at_most_queries(12), CaptureQueriesContext(connection) as captured:
        assert ask(name, where).status_code == 200
    assert '"payloads"."data"' in HEAVY
    assert [column for column in HEAVY for query in captured if column in query["sql"]] == []


def test_b6_a_shorter_retention_is_previewed_waits_and_is_undone_by_an_owner(ask, contoso, now):
    chain = new_chain(contoso, now)
    for seq in range(1, 4):
        finished_set(chain, seq, now - timedelta(days=30 - seq), asked=ASKED)
    numbers = {"last": 1, "hourly": 0, "daily": 0, "weekly": 0, "monthly": 0, "yearly": 0}
    preview = ask("backup-chain-retention", chain, {**numbers, "preview": "1"}).text
    assert not BackupRetention.everywhere.exists()
    assert "2 sets go to the trash" in preview
    assert "last good set, one of the newest" in preview
    assert "This rule keeps less" in preview
    assert ask("backup-chain-retention", chain, {**numbers, "last": 0}).status_code == 422
    ask("backup-chain-retention", chain, numbers)
    assert "A shorter retention of Nightly waits" in ask("backup-retention").text
    ask("undo-backup-retention", chain, {})
    assert "waits" not in ask("backup-retention").text
    ask("apply-backup-retention", chain, {})
    assert OperationRun.everywhere.get().type == "apply_backup_retention"


def test_b10_protection_links_each_figure_to_its_list(ask, contoso, by_hand, now):
    policies(contoso, 2, now)
    shown = read(ask("protection"))
    assert "Not scheduled" in shown.one("main").words or "Overdue" in shown.one("main").words
    assert "Policies in care that it holds 1 of 3" in shown.one("main").words
    assert "Kept elsewhere" in shown.one("main").words
    nothing = ask("protection", query="").text
    assert reverse("backup-set-policies", args=["contoso", by_hand.pk]) in nothing


def test_b10_a_tenant_without_a_good_set_is_red_everywhere(ask, signed_in, olivia, contoso, now):
    finished_set(new_chain(contoso, now), 1, now, "incomplete", asked=ASKED)
    assert "Not protected" in ask("protection").text
    browser = signed_in(olivia)
    address = reverse("workspace-protection")
    assert "Not protected" in read(browser.get(address)).one("tr", id=f"tenant-{contoso.pk}").words
    with at_most_queries(12):
        browser.get(address)


def test_b10_the_trend_of_a_tenant_shows_each_day_as_bar_and_figures(ask, contoso, now):
    today = timezone.now()
    for number in range(4):
        new_policy(contoso, now, graph_id=f"p{number}")
    count_set(contoso, SetState.COMPLETE, 3, now=today - timedelta(days=40))
    count_set(contoso, SetState.COMPLETE, 4, now=today - timedelta(days=1))
    count_set(contoso, SetState.FAILED, 0, now=today)
    shown = read(ask("protection"))
    assert "1 of the last 30 days had a good set. On 1 day one held every policy in care." in shown.one("main").words
    rows = shown.one("details", id="trend-table").every("tr")
    assert len(rows) == 31
    assert [cell.words for cell in rows[1].every("td")] == ["0", "0", "1", "0", "4"]
    assert [cell.words for cell in rows[2].every("td")] == ["1", "0", "0", "4", "4"]
    longer = read(ask("protection", query="?days=90"))
    assert "2 of the last 90 days had a good set." in longer.one("main").words
    assert len(read(ask("protection", query="?days=x")).one("details", id="trend-table").every("tr")) == 31


def test_b10_the_trend_of_a_workspace_counts_tenants_that_one_may_see(signed_in, bob, contoso, fabrikam):
    today = timezone.now()
    for tenant in (contoso, fabrikam):
        count_set(tenant, SetState.COMPLETE, 1, now=today)
    browser = signed_in(bob)
    address = reverse("workspace-protection")
    shown = read(browser.get(address))
    assert "1 of 1 tenant had a good set today" in shown.one("main").words
    with at_most_queries(12):
        browser.get(f"{address}?days=90")


def test_ux_11_the_policies_of_a_large_set_have_a_next_page(ask, contoso, now):
    chain = new_chain(contoso, now, kind="manual")
    backup_set = building_set(chain, 1, now, asked=ASKED)
    for number in range(30):
        graph_id = f"p{number:03}"
        member(chain, take(new_policy(contoso, now, graph_id=graph_id), {"id": graph_id}, now), 1)
    first_page = ask("backup-set-policies", finish(backup_set), query="?size=25")
    following = read(first_page).one("a", rel="next")["href"]
    assert "Policy p029" in ask("backup-set-policies", backup_set, query=following[following.index("?") :]).text


def test_b10_the_figure_of_damaged_sets_leads_to_them_alone(ask, by_hand, contoso, now):
    finished_set(new_chain(contoso, now), 1, now, asked=ASKED, verdict="damaged")
    assert "?verdict=damaged" in ask("protection").text
    assert "1 backup set" in ask("backups", query="?verdict=damaged").text
