"""Search by setting, by name, id and value, over what a person may see, and the conflicts of a tenant."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenantpilot.tenancy.models import TenantMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.index_models import SettingDefinition
from tests.people import member, new_tenant, new_workspace
from tests.versions.kit import take
from tests.web.html import read
from tests.web.kit import policy

pytestmark = pytest.mark.both_databases

KEY = "device_vendor_msft_bitlocker_requiredeviceencryption"
CATALOG = "#microsoft.graph.deviceManagementConfiguration"


def setting(value, key=KEY):
    name = "choiceSettingValue" if str(value).startswith(key) else "simpleSettingValue"
    return {"settingInstance": {"settingDefinitionId": key, name: {"value": value, "children": []}}}


@pytest.fixture
def give(now):
    """Give a tenant a policy with these settings."""

    def make(tenant, name, *settings, **fields):
        made = policy(tenant, name, now, **fields)
        assert take(made, {"id": made.graph_id, "name": name, "settings": list(settings)}, now)
        return made

    return make


@pytest.fixture
def view(signed_in, bob):
    """view("settings-search/?q=x") as a reader of Contoso sees it, within 12 queries beside those of the frame."""

    def ask(address, person=bob, status=200):
        browser = signed_in(person)
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(f"/admin/{address}")
        assert answer.status_code == status
        assert len(queries) <= 14, [query["sql"][:90] for query in queries]
        return read(answer).one("main").words

    return ask


def test_a_setting_is_found_by_its_name_its_id_and_its_value(view, give, contoso):
    give(contoso, "Encryption", setting(f"{KEY}_1"), setting("https://portal.example/enroll", "enrollment_url"))
    SettingDefinition.everywhere.filter(key=KEY).update(label="Require device encryption", choices={"1": "Enabled"})
    assert "Require device encryption" in view("settings-search/?q=device+ENCR")
    assert "Require device encryption" in view("settings-search/?q=msft_bitlocker")
    shown = view("settings-search/?q=portal.example")
    assert "Encryption Contoso" in shown
    assert "https://portal.example/enroll" in shown
    assert "No settings found" in view("settings-search/?q=nowhere")


def test_the_values_of_a_setting_stand_side_by_side_over_tenants(view, give, contoso, fabrikam, olivia):
    give(contoso, "On", setting(f"{KEY}_1"))
    give(fabrikam, "Off", setting(f"{KEY}_0"))
    give(fabrikam, "Also on", setting(f"{KEY}_1"))
    pk = SettingDefinition.everywhere.get(key=KEY).pk
    shown = view(f"settings-search/{pk}/", olivia)
    assert "1 2 policies, 2 tenants" in shown.replace(" ,", ",")
    assert "0 1 policy, 1 tenant" in shown.replace(" ,", ",")
    assert "Off" in shown


@pytest.mark.parametrize("sort", ["policy", "-tenant", "value"])
def test_the_values_go_on_at_the_next_page(view, give, contoso, signed_in, bob, sort):
    for number in range(27):
        give(contoso, f"Policy {number:02}", setting(number, "some_number"))
    address = f"/admin/settings-search/{SettingDefinition.everywhere.get(key='some_number').pk}/?size=25&sort={sort}"
    first = read(signed_in(bob).get(address))
    following = next(link.attributes["href"] for link in first.every("a", rel="next"))
    names = [
        row.words.split(" Contoso")[0]
        for page in (first, read(signed_in(bob).get(following)))
        for row in page.one("tbody").every("tr")
    ]
    assert sorted(names) == [f"Policy {number:02}" for number in range(27)]


def test_sec_03_a_person_finds_only_what_is_in_their_tenants(view, give, contoso, fabrikam, charlie):
    give(contoso, "Contoso's own", setting("a-word-of-contoso", "only_at_contoso"), setting(f"{KEY}_1"))
    theirs = SettingDefinition.everywhere.get(key="only_at_contoso").pk
    assert "No settings found" in view("settings-search/?q=only_at_contoso", charlie)
    assert "No settings found" in view("settings-search/?q=a-word-of", charlie)
    view(f"settings-search/{theirs}/", charlie, status=404)
    give(fabrikam, "Fabrikam's own", setting(f"{KEY}_1"))
    shown = view(f"settings-search/{SettingDefinition.everywhere.get(key=KEY).pk}/", charlie)
    assert "Fabrikam's own" in shown
    assert "Contoso" not in shown


def test_sec_03_a_person_of_two_tenants_gets_those_two_over_workspaces(view, give, contoso, fabrikam, now):
    elsewhere = new_tenant(new_workspace("other"), "adatum")
    give(contoso, "In Contoso", setting(f"{KEY}_1"))
    give(elsewhere, "In Adatum", setting(f"{KEY}_0"))
    give(fabrikam, "In Fabrikam", setting(f"{KEY}_1"))
    nora = member(contoso, "nora", Role.READONLY)
    TenantMember.everywhere.create(workspace_id=elsewhere.workspace_id, tenant=elsewhere, user=nora, role=Role.READONLY)
    shown = view(f"settings-search/{SettingDefinition.everywhere.filter(key=KEY).first().pk}/", nora)
    assert ("In Contoso" in shown, "In Adatum" in shown, "In Fabrikam" in shown) == (True, True, False)


def test_the_search_in_a_tenant_stays_in_it(view, give, contoso, fabrikam, olivia):
    give(fabrikam, "Elsewhere", setting("a-certain-word", "some_setting"))
    assert "No settings found" in view("t/contoso/settings-search/?q=a-certain", olivia)
    assert "Elsewhere" in view("t/fabrikam/settings-search/?q=a-certain", olivia)


def test_the_same_setting_with_another_value_is_a_conflict(view, give, contoso, fabrikam):
    give(contoso, "On", setting(f"{KEY}_1"))
    give(contoso, "Off", setting(f"{KEY}_0"))
    give(contoso, "Same list", setting("a", "urls"), setting("b", "urls"))
    give(contoso, "Same list again", setting("b", "urls"), setting("a", "urls"))
    give(contoso, "Twice in one", setting("1", "alone"), setting("2", "alone"))
    give(fabrikam, "Elsewhere", setting("c", "urls"))
    shown = view("t/contoso/conflicts/")
    assert KEY in shown
    assert "0 Off (assigned to nobody)" in shown
    assert ("urls" in shown, "alone" in shown, "Elsewhere" in shown) == (False, False, False)


def test_ignored_and_missing_policies_are_in_no_conflict(view, give, contoso, alice, now):
    give(contoso, "On", setting(f"{KEY}_1"))
    give(contoso, "Off", setting(f"{KEY}_0"), ignored_at=now, ignored_by=alice)
    give(contoso, "Gone", setting(f"{KEY}_0"), missing_since=now)
    assert "No conflicts" in view("t/contoso/conflicts/")


def test_conditional_access_and_apps_do_not_conflict(view, contoso, now):
    for name, state in (("A", "enabled"), ("B", "disabled")):
        made = policy(contoso, name, now, type="conditionalAccessPolicy")
        assert take(made, {"id": made.graph_id, "displayName": name, "state": state}, now)
    assert "No conflicts" in view("t/contoso/conflicts/")


@pytest.mark.parametrize("typed", ["%22", "a%22 OR b", "*", "'", "%25", "x" * 300, "%00", "ab"])
def test_any_text_is_searched_as_it_stands(view, give, contoso, typed):
    give(contoso, "On", setting(f"{KEY}_1"))
    view(f"settings-search/?q={typed}")


def test_without_a_capture_no_page_says_that_there_are_no_conflicts(view):
    page = view("t/contoso/conflicts/")
    assert ("Nothing captured yet" in page, "No conflicts" in page) == (True, False)
