"""From the page of a run to what it made: a backup set, a restore, a library."""

from dataclasses import fields

import pytest
from django.urls import reverse

from tenantpilot.backups.operations import BACKUP_VERIFY
from tenantpilot.backups.requests import VerifyInputs
from tenantpilot.backups.services import start_backup
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.services import start_preview
from tenantpilot.tenancy.roles import ROLE_CAPABILITIES
from tenantpilot.web.frame.access_rows import all_access_rows
from tenantpilot.web.frame.run_results import result_finders
from tests.backups.kit import building_set, new_chain
from tests.versions.kit import new_policy, take
from tests.web.html import read

NAMES_OF_OBJECTS = {"library", "restore", "backup_set"}
PAGES = ("backup-set", "restore", "library")


@pytest.fixture
def links(signed_in, olivia):
    """The addresses of the links among the facts of a run's page."""

    def ask(run):
        page = read(signed_in(olivia).get(reverse("operation-run", args=["contoso", run.pk])))
        return {link["href"]: link.words for value in page.every("dd") for link in value.every("a")}

    return ask


def test_every_operation_that_works_on_one_object_leads_to_it():
    on_objects = {
        kind.key for kind in operation_types.all() if NAMES_OF_OBJECTS & {field.name for field in fields(kind.inputs)}
    }
    assert BACKUP_VERIFY.key in on_objects
    assert on_objects <= set(result_finders())
    assert set(result_finders()) <= {kind.key for kind in operation_types.all()}


def test_sec_04_everybody_who_sees_a_run_may_see_what_it_made():
    needed = {all_access_rows()[page].capability for page in PAGES} - {None}
    assert needed
    assert all(needed <= able for able in ROLE_CAPABILITIES.values())


def test_a_backup_leads_to_its_set_as_soon_as_there_is_one(links, contoso, olivia, now):
    run = start_backup(tenant=contoso, initiator=olivia, name="Before the change", policy_types=(), now=now).run
    assert links(run) == {}
    backup_set = building_set(new_chain(contoso, now), 1, now, run=run)
    assert links(run) == {reverse("backup-set", args=["contoso", backup_set.pk]): backup_set.chain.name}


def test_a_verification_leads_to_the_set_that_it_reads_and_to_none_that_is_gone(links, contoso, olivia, now):
    backup_set = building_set(new_chain(contoso, now), 1, now)
    of_set, of_no_set = (verification(contoso, olivia, key, now) for key in (backup_set.pk, backup_set.pk + 1))
    assert links(of_set) == {reverse("backup-set", args=["contoso", backup_set.pk]): backup_set.chain.name}
    assert links(of_no_set) == {}


def test_sec_03_a_run_leads_to_no_set_of_another_tenant(links, contoso, fabrikam, olivia, now):
    theirs = building_set(new_chain(fabrikam, now), 1, now)
    assert links(verification(contoso, olivia, theirs.pk, now)) == {}


def verification(tenant, person, key, now):
    inputs = VerifyInputs(key)
    return OperationRunService().start(BACKUP_VERIFY, tenant=tenant, initiator=person, inputs=inputs, now=now).run


def test_a_preview_leads_to_its_restore(links, contoso, olivia, now):
    version = take(new_policy(contoso, now), {"id": "p1"}, now)
    restore = draft_of_versions(tenant=contoso, versions=[version], source="Contoso", actor=olivia, now=now)
    run = start_preview(restore, actor=olivia, now=now).run
    assert links(run) == {reverse("restore", args=["contoso", restore.pk]): "Contoso"}
