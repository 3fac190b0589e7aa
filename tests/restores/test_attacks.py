"""What a careless or a hostile person, or a worker that died, must not bring about with a restore."""

from datetime import timedelta

import pytest
from django.utils import timezone
from intunesim.catalog import COLLECTIONS
from intunesim.graph.approval import decide

from tenantpilot.operations.offboarding.archiving import archive_tenant
from tenantpilot.operations.results import TenantArchived
from tenantpilot.restores import moving
from tenantpilot.restores.approval_codes import opened_code
from tenantpilot.restores.drafting import NothingToRestore, draft_to_undo
from tenantpilot.restores.editing import ChoiceNotPossible, ItemEdit, MappingEdit, edit_items, edit_mappings
from tenantpilot.restores.models import RestoreMapping, RestoreRun
from tenantpilot.restores.repeating import draft_of_failed
from tenantpilot.restores.services import go_on
from tenantpilot.restores.settling import settle
from tenantpilot.restores.states import Choice, ItemState, MappingAction
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of, writes_of

CATALOG = "deviceManagement/configurationPolicies"
HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def created(captured, directory, simulator, restoring):
    """A restore that has created a policy; answers the restore and the id of the policy."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore, _run = restoring.whole(version)
    return restore, items_of(restore)[0].target_id


@pytest.fixture
def ticked(restoring, mona, now):
    """Prepares an undo in which every deletion is ticked, and previews it."""

    def ticked(restore):
        undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
        edits = {item.pk: ItemEdit(Choice.DELETE) for item in items_of(undo) if item.may_delete}
        edit_items(undo, edits, actor=mona, now=now)
        return restoring.preview(undo)

    return ticked


def test_an_undo_deletes_no_other_object_of_the_same_name(created, directory, simulator, ticked):
    restore, target = created
    other = entity_of(directory, CATALOG)
    edit(directory, CATALOG, other.id, name=directory.store.find(CATALOG, target).body["name"])
    template = directory.store.find(CATALOG, target).body.get("templateReference")
    edit(directory, CATALOG, other.id, templateReference=template)
    delete(simulator, directory, CATALOG, target)
    [item] = items_of(ticked(restore))
    assert (item.action, item.found_id) == ("none", "")


def test_an_undo_deletes_nothing_that_was_changed_since_it_was_created(created, directory, ticked):
    restore, target = created
    edit(directory, CATALOG, target, description="Somebody works with it")
    [item] = items_of(ticked(restore))
    assert (item.action, [one["code"] for one in item.blockers]) == ("block", ["changed_since_restore"])


def test_a_deletion_that_waited_for_an_approval_is_done_once_it_is_approved(created, directory, restoring, ticked):
    restore, target = created
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    undo = ticked(restore)
    restoring.execute(undo)
    [item] = items_of(undo)
    assert item.state == "waiting"
    assert decide(directory, opened_code(undo.tenant, item), "approved")
    run = go_on(restoring.fresh(undo), actor=restoring.person, now=restoring.now).run
    restoring.runner().execute(run.pk)
    [item] = items_of(undo)
    assert (item.state, item.reason_code) == ("verified", "")
    assert directory.store.find(CATALOG, target) is None


def test_what_was_gone_already_is_not_counted_as_deleted(created, directory, simulator, restoring, ticked):
    restore, target = created
    undo = ticked(restore)
    delete(simulator, directory, CATALOG, target)
    run = restoring.execute(undo)
    assert items_of(undo)[0].state == "unchanged"
    assert run.summary_counts.get("deleted", 0) == 0


@pytest.fixture
def stopped(captured, directory, restoring, now):
    """A restore whose run ended while an item was being written."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(version))
    run = restoring.start(restore)
    assert moving.to_executing(restore.pk, run.pk)
    [item] = items_of(restore)
    moving.move_item(item, ItemState.WRITING, before_version=version_of(policy.id), target_id=policy.id)
    return restore


def test_what_was_being_written_when_the_run_ended_can_be_undone_and_repeated(stopped, mona, now):
    moving.to_end(stopped.pk, "failed", is_waiting=False, now=now)
    stopped.refresh_from_db()
    assert len(items_of(draft_to_undo(stopped, source="Undo", actor=mona, now=now))) == 1
    assert len(items_of(draft_of_failed(stopped, source="Again", actor=mona, now=now))) == 1


@pytest.mark.parametrize("drafted", [draft_to_undo, draft_of_failed])
def test_a_restore_under_way_is_neither_undone_nor_repeated(stopped, mona, now, drafted):
    stopped.refresh_from_db()
    with pytest.raises(NothingToRestore):
        drafted(stopped, source="Too early", actor=mona, now=now)


@pytest.fixture
def previewed(captured, directory, restoring):
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(version), at=timezone.now())


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


def test_a_number_of_an_item_without_end_is_no_fault_of_the_server(previewed, manager):
    sent = {"name": "Contoso", "reason": "x", "fingerprint": previewed.fingerprint, "accept": f"{'9' * 5_000}:code"}
    assert manager.post(f"{HOME}{previewed.pk}/confirmation/", sent).status_code == 302


def test_a_second_press_leads_to_the_result_of_the_first(previewed, manager, simulator):
    before = writes_of(simulator)
    sent = {"name": "Contoso", "reason": "x", "fingerprint": previewed.fingerprint}
    answers = [manager.post(f"{HOME}{previewed.pk}/confirmation/", sent) for _press in range(2)]
    assert {answer.headers.get("Location") for answer in answers} == {f"{HOME}{previewed.pk}/result/"}
    assert writes_of(simulator) == before


def test_a_name_with_letters_that_cannot_be_printed_can_be_confirmed(previewed, manager, contoso):
    contoso.name = "Contoso\u00a0\u202eLtd"
    contoso.save()
    sent = {"name": contoso.name, "reason": "x", "fingerprint": previewed.fingerprint}
    assert manager.post(f"{HOME}{previewed.pk}/confirmation/", sent).status_code == 302


@pytest.mark.parametrize("typed", ["x')/assignments", "<b>", "a b", "..", "../users/1", "?$filter=1"])
def test_a_reference_is_mapped_to_an_id_and_to_nothing_else(previewed, mona, now, typed):
    moving.to_draft(previewed.pk)
    row = RestoreMapping.everywhere.create(
        workspace_id=previewed.workspace_id, tenant_id=previewed.tenant_id, restore_run=previewed,
        kind="group", source_id="5f0c0f3e-0000-4000-8000-000000000001",
    )  # fmt: skip
    with pytest.raises(ChoiceNotPossible):
        edit_mappings(previewed, {row.pk: MappingEdit(MappingAction.MAP, typed)}, actor=mona, now=now)


def test_another_restores_items_and_references_are_not_edited(previewed, restoring, captured, directory, mona, now):
    other = restoring.draft(version_of(entity_of(directory, CATALOG, 1).id))
    [foreign] = items_of(other)
    assert edit_items(previewed, {foreign.pk: ItemEdit(Choice.SKIP)}, actor=mona, now=now) == 0
    assert RestoreRun.everywhere.get(pk=previewed.pk).state == "previewed"


def test_a_page_that_is_opened_while_a_restore_starts_takes_no_confirmation_back(previewed, mona):
    now = timezone.now()
    assert moving.to_confirmed(previewed.pk, moving.Confirmed(previewed.fingerprint, "x", mona.pk), now=now)
    fresh = RestoreRun.everywhere.select_related("tenant").get(pk=previewed.pk)
    assert settle(fresh, now=now).state == "confirmed"
    assert settle(fresh, now=now + timedelta(minutes=2)).state == "previewed"


def test_a_tenant_that_is_archived_at_the_last_moment_leaves_the_restore_previewed(previewed, restoring, contoso, now):
    assert archive_tenant(contoso, actor=None, now=now)
    with pytest.raises(TenantArchived):
        restoring.start(previewed, at=timezone.now())
    previewed.refresh_from_db()
    assert previewed.state == "previewed"
