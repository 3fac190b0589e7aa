"""Settings → Tenant → Emergency accounts."""

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy.emergency import emergency_accounts
from tests.web.html import read

ANNA, BERT = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture
def owner(olivia, signed_in):
    return signed_in(olivia)


def keep(browser, *rows):
    kinds, ids, names = zip(*rows, strict=True) if rows else ((), (), ())
    fields = {"kind": list(kinds), "graph_id": list(ids), "name": list(names)}
    return browser.post(reverse("emergency-accounts", args=["contoso"]), fields)


def test_an_owner_chooses_two_and_the_audit_log_keeps_both_lists(owner, contoso):
    answer = keep(owner, ("user", ANNA.upper(), "Break glass 1"), ("group", BERT, "Break glass"), ("user", "", ""))
    assert answer.status_code == 302
    assert [(row.kind, row.graph_id) for row in emergency_accounts(contoso)] == [("user", ANNA), ("group", BERT)]
    entry = AuditLog.objects.get(action="tenant.emergency_accounts_set")
    assert entry.before == {"accounts": []}
    assert [one["name"] for one in entry.after["accounts"]] == ["Break glass 1", "Break glass"]
    page = owner.get(answer.headers["Location"])
    assert "The emergency accounts are kept" in page.text
    assert read(page).one("input", id="name-1")["value"] == "Break glass 1"


WRONG = {
    "one alone": ([("user", ANNA, "Anna")], "at least 2"),
    "the same twice": ([("user", ANNA, "Anna"), ("user", ANNA.upper(), "Anna again")], "at least 2"),
    "no id": ([("user", "anna@contoso.com", "Anna"), ("user", BERT, "Bert")], "object id of Anna"),
    "no name": ([("user", ANNA, ""), ("user", BERT, "Bert")], "empty"),
    "another kind": ([("robot", ANNA, "Anna"), ("user", BERT, "Bert")], "account or a group"),
}


@pytest.mark.parametrize(("rows", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_list_is_refused_and_stays_in_the_form(owner, contoso, rows, words):
    answer = keep(owner, *rows)
    assert answer.status_code == 422
    assert words in answer.text
    assert rows[0][1] in answer.text
    assert emergency_accounts(contoso) == []


def test_an_empty_list_takes_them_away(owner, contoso):
    keep(owner, ("user", ANNA, "Anna"), ("user", BERT, "Bert"))
    keep(owner)
    assert emergency_accounts(contoso) == []
