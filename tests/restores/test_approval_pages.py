"""The second person on pages: the rule, who waits for whom, approving and refusing."""

import pytest

from tenantpilot.operations.models import OperationRun
from tenantpilot.restores import moving
from tenantpilot.restores.models import ApprovalRequest, RestoreItem
from tenantpilot.restores.words import warning_words
from tests.restores.test_second_person import asked, nina, previewed, rule
from tests.web.html import read
from tests.web.kit import at_most_queries

pytestmark = pytest.mark.same_on_both

__all__ = ["asked", "nina", "previewed", "rule"]

SETTINGS = "/admin/t/contoso/settings/second-person/"


def page_of(restore, step):
    return f"/admin/t/contoso/restores/{restore.pk}/{step}/"


def words(answer, status=200):
    assert answer.status_code == status, answer.text[:500]
    return read(answer).one("main").words


@pytest.fixture
def clock(monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def test_an_owner_turns_the_rule_on_and_off(contoso, mona, signed_in, olivia, clock):
    browser = signed_in(olivia)
    assert "Restores need no second person" in words(browser.get(SETTINGS))
    browser.post(SETTINGS)
    assert "Restores need a second person" in words(browser.get(SETTINGS))
    browser.post(f"{SETTINGS}ending/")
    assert "has asked to end this" in words(browser.get(SETTINGS))
    assert "Restores will need no second person any more" in words(browser.get("/admin/t/contoso/protection/"))
    browser.post(SETTINGS)
    assert "turned it on" in words(browser.get(SETTINGS))


def test_a_confirmation_asks_and_every_page_says_who_waits_for_whom(rule, previewed, signed_in, mona, clock):
    browser = signed_in(mona)
    assert "Ask for approval" in words(browser.get(page_of(previewed, "confirmation")))
    form = {"fingerprint": previewed.fingerprint, "name": "Contoso", "reason": "Undo a mistake"}
    answer = browser.post(page_of(previewed, "confirmation"), form)
    assert answer.headers["Location"] == page_of(previewed, "preview")
    with at_most_queries(20):
        shown = words(browser.get(page_of(previewed, "preview")))
    assert "Mona waits for a second person" in shown
    assert "Nina" in shown
    assert "You have asked for it" in words(browser.get(page_of(previewed, "approval")))


def test_another_manager_approves_what_is_shown(asked, signed_in, nina, mona, clock):
    browser = signed_in(nina)
    shown = words(browser.get(page_of(asked, "approval")))
    for text in ("Approve what is written to Contoso?", "Undo a mistake", "Changed by hand"):
        assert text in shown
    browser.post(
        page_of(asked, "approval"), {"decision": "approve", "fingerprint": asked.fingerprint, "name": "Contoso"}
    )
    assert OperationRun.everywhere.get(type="restore_execute").initiator == mona
    assert "Approved by Nina" in words(browser.get(page_of(asked, "result")))


def test_while_it_waits_nobody_is_told_that_it_can_be_confirmed(asked, signed_in, nina, mona, clock):
    """A second confirmation would only join the request that waits."""
    for person in (mona, nina):
        browser = signed_in(person)
        answer = browser.get(page_of(asked, "preview"))
        assert "Waits for a second person" in words(answer)
        assert page_of(asked, "confirmation") not in answer.text
        assert "Waits for a second person" in words(browser.get("/admin/t/contoso/restores/"))
    signed_in(nina).post(page_of(asked, "approval"), {"decision": "refuse", "reason": "Not before Monday"})
    assert page_of(asked, "confirmation") in signed_in(mona).get(page_of(asked, "preview")).text
    assert "Ready to confirm" in words(signed_in(mona).get("/admin/t/contoso/restores/"))


@pytest.mark.parametrize("name", [None, "", "contoso", "Fabrikam"])
def test_ux_34_who_approves_types_the_name_of_the_tenant(asked, signed_in, nina, clock, name):
    browser, here = signed_in(nina), page_of(asked, "approval")
    assert "Type Contoso to approve" in words(browser.get(here))
    sent = {"decision": "approve", "fingerprint": asked.fingerprint} | ({} if name is None else {"name": name})
    assert "Type the tenant's name exactly as it is written: Contoso" in words(browser.post(here, sent), 422)
    assert not OperationRun.everywhere.filter(type="restore_execute").exists()
    assert ApprovalRequest.everywhere.get().state == "waiting"


def test_who_approves_sees_each_warning_before_the_items(asked, signed_in, nina, clock):
    moving.to_previewing(asked.pk, None)
    RestoreItem.everywhere.of_run(asked.pk).update(warnings=["wide_target", "large_group"])
    asked.refresh_from_db()
    moving.to_previewed(asked.pk, asked.fingerprint, is_blocked=False, now=asked.previewed_at)
    before, _heading, _items = words(signed_in(nina).get(page_of(asked, "approval"))).partition(" Items ")
    for code in ("wide_target", "large_group"):
        assert warning_words(code) in before


def test_a_refusal_is_shown_with_its_reason(asked, signed_in, nina, mona, clock):
    browser = signed_in(nina)
    assert "Write down why" in words(browser.post(page_of(asked, "approval"), {"decision": "refuse"}), 422)
    browser.post(page_of(asked, "approval"), {"decision": "refuse", "reason": "Not before Monday"})
    shown = words(signed_in(mona).get(page_of(asked, "preview")))
    assert "Nina refused the restore" in shown
    assert "Not before Monday" in shown


def test_a_form_without_a_decision_approves_nothing(asked, signed_in, nina, clock):
    signed_in(nina).post(page_of(asked, "approval"), {"fingerprint": asked.fingerprint})
    assert ApprovalRequest.everywhere.get().state == "waiting"


def test_sec_02_an_operator_neither_sees_nor_decides(asked, signed_in, alice, clock):
    browser = signed_in(alice)
    assert browser.get(page_of(asked, "approval")).status_code == 403
    assert browser.post(SETTINGS).status_code == 403
    assert "Look at it, and approve" not in words(browser.get(page_of(asked, "preview")))


def test_sec_02_a_stranger_finds_nothing(asked, signed_in, charlie, clock):
    assert signed_in(charlie).get(page_of(asked, "approval")).status_code == 404


def test_the_bell_leads_to_the_restore(asked, signed_in, nina, clock):
    browser = signed_in(nina)
    assert "A restore waits for your approval" in browser.get("/admin/notifications/").text
