"""What a restore did not restore is prepared again with the choices of that restore, as far as they still hold."""

import pytest
from intunesim import Fault

from tenantpilot.audit.models import AuditLog
from tenantpilot.restores import moving
from tenantpilot.restores.editing import ItemEdit, edit_items, edit_states
from tenantpilot.restores.models import RestoreEditor, RestoreItem, RestoreMapping
from tenantpilot.restores.repeating import begun_copies, choice_again, draft_of_failed
from tenantpilot.restores.services import CannotConfirm, confirm
from tenantpilot.restores.states import Choice, ItemState, MappingAction, MappingHow, StateChoice
from tests.restores.conftest import edit, entity_of, items_of, version_of
from tests.restores.test_emergency import REPORT_ONLY
from tests.restores.test_enforcing import POLICIES, words_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def not_enforced(access_policy, owning, directory):
    """A restore that should have enforced a policy, which somebody changed after its preview."""
    version = access_policy("enabled", REPORT_ONLY)
    restore = owning.draft(version)
    [item] = items_of(restore)
    edit_states(restore, {item.pk: StateChoice.ENFORCE}, actor=owning.person, now=owning.now)
    restore = owning.preview(owning.fresh(restore))
    edit(directory, POLICIES, version.policy.graph_id, displayName="Changed once more")
    owning.execute(restore)
    assert items_of(restore)[0].reason_code == "changed_since_preview"
    return owning.fresh(restore)


def again(restore, person, now):
    return draft_of_failed(restore, source="Again", actor=person, now=now)


class TestEnforcing:
    def test_an_owner_previews_it_and_types_the_word_anew(self, not_enforced, owning, otto, directory):
        draft = owning.preview(again(not_enforced, otto, owning.now))
        [item] = items_of(draft)
        assert (item.state_choice, item.state_chosen_by, item.planned_state) == ("enforce", otto, "enabled")
        with pytest.raises(CannotConfirm, match="Type the word"):
            confirm(draft, words_of(draft), actor=otto, now=owning.now)
        assert owning.execute(draft).outcome == "succeeded"
        assert directory.store.find(POLICIES, item.found_id).body["state"] == "enabled"

    def test_a_manager_prepares_it_and_cannot_confirm_it(self, not_enforced, owning, restoring, otto, mona):
        draft = restoring.preview(again(not_enforced, mona, owning.now))
        [item] = items_of(draft)
        assert (item.state_choice, item.state_chosen_by) == ("enforce", otto), "the owner chose it, and not Mona"
        with pytest.raises(CannotConfirm, match="Your role is Manager"):
            confirm(draft, words_of(draft, "enforce"), actor=mona, now=owning.now)

    def test_who_chose_it_is_no_second_person(self, not_enforced, owning, otto, mona):
        draft = again(not_enforced, mona, owning.now)
        assert [row.user for row in RestoreEditor.everywhere.filter(restore_run=draft)] == [otto]

    def test_the_audit_log_names_the_choice(self, not_enforced, owning, otto):
        draft = again(not_enforced, otto, owning.now)
        [item] = items_of(draft)
        entry = AuditLog.objects.get(action="restore.edited", target_id=str(draft.pk))
        assert entry.after["states"] == {item.name: "Enforce it, as the version says"}

    def test_the_page_says_that_the_choices_stay(self, not_enforced, signed_in, otto):
        page = read(signed_in(otto).get(f"/admin/t/contoso/restores/{not_enforced.pk}/result/")).one("main")
        assert "has the choices that were made here, also to enforce policies" in page.words
        assert "left out" not in page.words


class TestOtherChoices:
    @pytest.fixture
    def prepared_copy(self, captured, directory, restoring, mona):
        """A previewed restore of a policy as a copy beside it."""
        restore = restoring.draft(version_of(entity_of(directory, CATALOG).id))
        [item] = items_of(restore)
        edit_items(restore, {item.pk: ItemEdit(Choice.COPY)}, actor=mona, now=restoring.now)
        return restoring.preview(restoring.fresh(restore))

    @pytest.fixture
    def refused_copy(self, prepared_copy, simulator, restoring):
        """A restore as a copy that Microsoft has refused."""
        simulator.faults.add(Fault("status", path=f"/{CATALOG}*", method="POST", status=400))
        restoring.execute(prepared_copy)
        simulator.faults.clear()
        return restoring.fresh(prepared_copy)

    def test_a_copy_that_was_refused_is_a_copy_again(self, refused_copy, restoring, mona):
        assert items_of(refused_copy)[0].state == "failed"
        draft = restoring.preview(again(refused_copy, mona, restoring.now))
        assert (items_of(draft)[0].choice, items_of(draft)[0].action) == ("copy", "create")
        assert begun_copies(refused_copy) == 0

    @pytest.mark.parametrize(
        ("choice", "target_id", "expected"),
        [
            (Choice.COPY, "", (Choice.SKIP, "")),
            (Choice.COPY, "n-1", (Choice.SKIP, "")),
            (Choice.CREATE, "", (Choice.SKIP, "")),
            (Choice.CREATE, "n-1", (Choice.TARGET, "n-1")),
            (Choice.PROPOSED, "n-1", (Choice.PROPOSED, "")),
        ],
    )
    def test_a_new_object_that_was_begun_is_never_doubled(self, choice, target_id, expected):
        item = RestoreItem(
            choice=choice, target_id=target_id, intent={"known": []}, reason_code="write_outcome_unknown"
        )
        assert choice_again(item) == expected

    def test_the_page_says_that_a_begun_copy_is_left_out(self, prepared_copy, restoring, signed_in, mona, now):
        run = restoring.start(prepared_copy)
        assert moving.to_executing(prepared_copy.pk, run.pk)
        [item] = items_of(prepared_copy)
        lost = {"intent": {"known": []}, "reason_code": "write_outcome_unknown"}
        moving.move_item(item, ItemState.FAILED, **lost)
        moving.to_end(prepared_copy.pk, "failed", is_waiting=False, now=now)
        page = read(signed_in(mona).get(f"/admin/t/contoso/restores/{prepared_copy.pk}/result/")).one("main")
        assert "One new object was begun and not finished. Its item is left out" in page.words
        draft = again(restoring.fresh(prepared_copy), mona, now)
        assert [item.choice for item in items_of(draft)] == ["skip"]

    def test_an_object_that_was_picked_stays_in_the_form(self, prepared_copy, restoring, signed_in, mona):
        restore = restoring.draft(items_of(prepared_copy)[0].version)
        RestoreItem.everywhere.of_run(restore.pk).update(choice=Choice.TARGET, picked_id="n-1")
        page = read(signed_in(mona).get(f"/admin/t/contoso/restores/{restore.pk}/scope/")).one("main")
        assert "selected" in page.one("option", value="target:n-1")

    def test_decisions_about_references_stay(self, not_enforced, otto, contoso, now):
        facts = {"workspace_id": contoso.workspace_id, "tenant_id": contoso.pk, "kind": "group"}
        RestoreMapping.everywhere.create(
            restore_run=not_enforced, source_id="g-1", action=MappingAction.SKIP, how=MappingHow.PERSON, **facts
        )
        RestoreMapping.everywhere.create(restore_run=not_enforced, source_id="g-2", **facts)
        draft = again(not_enforced, otto, now)
        rows = RestoreMapping.everywhere.filter(restore_run=draft)
        assert [(row.source_id, row.action, row.how) for row in rows] == [("g-1", "skip", "person")]
