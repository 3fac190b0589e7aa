"""Exports of a person: asked for on the list, watched on their page, downloaded by their owner alone."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.operations import ARTIFACT_PURGE
from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.retention.services import start_daily
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import TenantMember
from tests.artifacts.kit import made
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import SCRIPT, at_most_queries

ASK = "/admin/t/contoso/inventory/exports/"
FILES = "/admin/exports/"


@pytest.fixture
def three(contoso, now):
    for number in (1, 2, 3):
        policy = new_policy(contoso, now, graph_id=f"p{number}")
        if number < 3:
            take(policy, {"id": f"p{number}", "passwordRequired": True}, now)


def test_what_is_exported_is_previewed_with_what_is_left_out(signed_in, alice, three):
    page = read(signed_in(alice).get(f"{ASK}?matching=1"))
    assert page.one("h1").words == "Export 3 policies of Contoso?"
    assert "1 policy has no version yet" in page.one("main").words
    assert not OperationRun.everywhere.exists()


def test_an_export_is_started_watched_and_downloaded(signed_in, alice, three):
    browser = signed_in(alice)
    answer = browser.post(ASK, {"matching": "1", "layout": "intunemanagement"}, headers=SCRIPT)
    assert (answer.status_code, "Policy export queued" in answer.text) == (202, True)
    run = OperationRun.everywhere.get()
    assert run.inputs["layout"] == "intunemanagement"
    again = browser.post(ASK, {"matching": "1", "layout": "intunemanagement"})
    assert (again.status_code, again.url) == (302, FILES)
    assert "Queued" in browser.get(FILES).text
    Runner().execute(run.pk)
    artifact = Artifact.everywhere.get()
    page = read(browser.get(FILES))
    assert artifact.name in page.one("main").words
    assert artifact.name in read(browser.get(f"/admin/t/contoso/operations/{run.pk}/")).one("main").words
    download = browser.get(reverse("download-file", args=[artifact.pk]))
    content = b"".join(download.streaming_content)
    assert len(content) == int(download.headers["Content-Length"]) == artifact.bytes
    assert artifact.name in download.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    entry = AuditLog.objects.get(action="artifact.downloaded")
    assert (entry.actor_id, entry.tenant_id, entry.target_id) == (alice.pk, run.tenant_id, str(artifact.pk))


def test_a_selection_or_layout_that_cannot_be_read_starts_nothing(signed_in, alice, three):
    browser = signed_in(alice)
    assert browser.post(ASK, {"policy": "x", "layout": "intunecd"}).status_code == 302
    wrong = browser.post(ASK, {"matching": "1", "layout": "tar"})
    assert (wrong.status_code, "Choose one of the layouts." in wrong.text) == (422, True)
    assert not OperationRun.everywhere.exists()


def test_sec_03_a_file_is_there_for_its_owner_alone(signed_in, contoso, alice, bob, charlie, olivia, now):
    artifact = made(contoso, alice, b"content", timezone.now())
    address = reverse("download-file", args=[artifact.pk])
    for person in (bob, charlie, olivia):
        assert signed_in(person).get(address).status_code == 404
    assert signed_in(alice).get(address).status_code == 200
    assert signed_in(alice).get(reverse("download-file", args=[99_999])).status_code == 404
    TenantMember.everywhere.filter(user=alice).update(role="readonly")
    assert signed_in(alice).get(address).status_code == 404
    assert AuditLog.objects.filter(action="artifact.downloaded").count() == 1


@pytest.mark.parametrize("is_purged", [False, True])
def test_an_expired_file_says_so_and_how_to_get_another(signed_in, contoso, alice, is_purged):
    artifact = made(contoso, alice, b"content", timezone.now() - timedelta(days=2))
    if is_purged:
        start_daily(now=timezone.now(), operation_type=ARTIFACT_PURGE)
        Runner().execute(OperationRun.everywhere.get().pk)
        assert Artifact.everywhere.get().state == "gone"
    answer = signed_in(alice).get(reverse("download-file", args=[artifact.pk]))
    assert answer.status_code == 410
    assert "Export again" in read(answer).one("main").words
    assert not AuditLog.objects.filter(action="artifact.downloaded").exists()


def test_ux_21_the_page_of_exports_costs_few_queries(signed_in, alice, three):
    browser = signed_in(alice)
    for layout in ("intunecd", "intunemanagement"):
        browser.post(ASK, {"matching": "1", "layout": layout})
    browser.get(FILES)
    with at_most_queries(12):
        assert browser.get(FILES).status_code == 200


def test_ux_40_without_exports_the_page_says_how_to_make_one(signed_in, alice):
    assert "No exports yet" in read(signed_in(alice).get(FILES)).one("main").words


def test_a_policy_is_exported_from_its_page_by_those_who_may(signed_in, alice, bob, contoso, now):
    policy = new_policy(contoso, now)
    address = reverse("policy", args=["contoso", policy.pk])
    link = f"{ASK}?policy={policy.pk}"
    assert link in signed_in(alice).get(address).text
    assert link not in signed_in(bob).get(address).text
