"""The list of policies: what it can be narrowed by, its columns, and the file."""

import csv
import io

import pytest
from django.urls import reverse

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tests.versions.kit import take
from tests.web.html import read
from tests.web.kit import policy

INVENTORY = "/admin/t/contoso/inventory/"


@pytest.fixture
def policies(contoso, now):
    """Four policies that differ in everything that the list can be narrowed by."""
    access = {"type": "conditionalAccessPolicy", "platform": "all"}
    run = start_sync(tenant=contoso, initiator=None, now=now).run
    policy(contoso, "Block", now, properties={"state": "enabled"}, **access)
    policy(contoso, "Report", now, properties={"state": "enabledForReportingButNotEnforced"}, **access)
    policy(contoso, "Catalog", now, properties={"isAssigned": True, "roleScopeTagIds": ["0", "3"]}, changed_run=run)
    policy(contoso, "Loose", now.replace(year=2020), properties={"isAssigned": False, "roleScopeTagIds": ["13"]})
    policy(contoso, "Wing", now, type="roleScopeTag", graph_id="3")
    return run


@pytest.fixture
def names(signed_in, bob):
    browser = signed_in(bob)

    def ask(query):
        rows = read(browser.get(f"{INVENTORY}?{query}")).one("tbody").every("th")
        return [row.words for row in rows]

    return ask


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("area=conditional_access", ["Block", "Report"]),
        ("state=enabled", ["Block"]),
        ("state=enabledForReportingButNotEnforced", ["Report"]),
        ("assigned=yes", ["Catalog"]),
        ("assigned=no", ["Loose"]),
        ("tag=3", ["Catalog"]),
        ("since=2021-01-01&area=configuration", ["Catalog"]),
    ],
)
def test_it_is_narrowed(policies, names, query, expected):
    assert names(query) == expected


def test_twelve_updated_opens_those_twelve(policies, names):
    assert names(f"run={policies.pk}") == ["Catalog"]


def test_assignments_are_known_from_the_newest_version(names, contoso, now):
    """Where Graph itself says nothing of them."""
    made = policy(contoso, "Classic", now, type="deviceConfiguration", graph_id="d1")
    take(made, {"id": "d1", "assignments": [{"id": "a", "target": {"groupId": "g"}}]}, now)
    assert names("assigned=yes") == ["Classic"]
    take(made, {"id": "d1", "assignments": []}, now)
    assert names("assigned=no") == ["Classic"]


@pytest.fixture
def rows_of_file(signed_in, bob):
    def ask(query=""):
        answer = signed_in(bob).get(f"{INVENTORY}?as=csv{query}")
        text = b"".join(answer.streaming_content).decode()
        assert text.startswith("\ufeff")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="policies-')
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    return ask


def test_the_file_holds_every_matching_row(policies, rows_of_file):
    [row] = rows_of_file("&state=enabled")
    assert (row["Name"], row["Type"], row["State"]) == ("Block", "Conditional Access policy", "On")
    assert len(rows_of_file()) == 5


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"])
def test_a_cell_that_a_spreadsheet_would_compute_is_text(contoso, now, rows_of_file, name):
    policy(contoso, name, now)
    assert rows_of_file()[0]["Name"] == f"'{name}"


def test_other_names_reach_the_file_unchanged(contoso, now, rows_of_file):
    for name in ("Größe", "a;b,c", 'say "x"', "line\nbreak"):
        policy(contoso, name, now)
    assert {row["Name"] for row in rows_of_file()} == {"Größe", "a;b,c", 'say "x"', "line\nbreak"}


def test_a_stranger_gets_no_file(signed_in, charlie, policies):
    assert signed_in(charlie).get(f"{INVENTORY}?as=csv").status_code == 404


def test_columns_are_chosen_and_kept(signed_in, bob, policies):
    browser = signed_in(bob)
    answer = browser.get(f"{INVENTORY}?state=enabled&choose-columns=1&column=type&column=state")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{INVENTORY}?state=enabled")
    css = read(browser.get(INVENTORY)).one("table").attributes["class"]
    assert css.split() == ["grid-table", "without-3", "without-5", "without-6", "without-7", "without-8", "without-9"]


@pytest.mark.parametrize(
    "query", ["matching=1&tpye=x", "matching=1&type=nonsense", "matching=1&since=soon", "policy=abc"]
)
def test_a_selection_that_cannot_be_read_selects_nothing(signed_in, alice, policies, query):
    words = read(signed_in(alice).get(f"{reverse('ignore-policies', args=['contoso'])}?{query}")).one("main").words
    assert "There is nothing to do." in words
    answer = signed_in(alice).post(
        reverse("ignore-policies", args=["contoso"]), dict(pair.split("=") for pair in query.split("&"))
    )
    assert answer.status_code == 302
    assert not Policy.everywhere.ignored().exists()
