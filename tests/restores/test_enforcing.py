"""Enforcing and weakening Conditional Access policies: who may, what is typed, what is shown, and what is written."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.drafting import draft_to_undo
from tenantpilot.restores.editing import ChoiceNotPossible, edit_states
from tenantpilot.restores.enforcing import is_enforce_word, why_not_as_chosen, why_not_enforce
from tenantpilot.restores.fingerprint import fingerprint_of_restore
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.repeating import draft_of_failed
from tenantpilot.restores.second_person.requests import approve, ask
from tenantpilot.restores.second_person.rules import turn_on
from tenantpilot.restores.services import CannotConfirm, Confirmation, PreviewStale, confirm
from tenantpilot.restores.states import StateChoice
from tenantpilot.tenancy.models import TenantMember
from tenantpilot.tenancy.roles import Role
from tests.restores.conftest import delete, edit, items_of, users, writes_of
from tests.restores.test_emergency import REPORT_ONLY
from tests.versions.kit import new_policy, take

pytestmark = pytest.mark.same_on_both

POLICIES = "identity/conditionalAccess/policies"
HOME = "/admin/t/contoso/restores/"
USUAL, ENFORCE, WEAKEN = StateChoice


def chosen(restoring, version, choice):
    """Preview a restore of the version with a choice for its state."""
    restore = restoring.draft(version)
    [item] = items_of(restore)
    edit_states(restore, {item.pk: choice}, actor=restoring.person, now=restoring.now)
    return restoring.preview(restoring.fresh(restore))


def words_of(restore, word=""):
    accepted = frozenset((item.pk, code) for item in items_of(restore) for code in item.warnings)
    return Confirmation(restore.fingerprint, restore.tenant.name, "Undo a mistake", accepted, enforce_word=word)


def demote(person, role=Role.MANAGER):
    TenantMember.everywhere.filter(user=person).update(role=role)


class TestWrittenIsShown:
    """Through the simulator: the state that Microsoft has afterwards is the one that the preview showed."""

    CASES = [
        ("enabled", REPORT_ONLY, USUAL, REPORT_ONLY),
        ("enabled", REPORT_ONLY, ENFORCE, "enabled"),
        ("enabled", "disabled", ENFORCE, "enabled"),
        ("disabled", "enabled", USUAL, "enabled"),
        ("disabled", "enabled", WEAKEN, "disabled"),
        (REPORT_ONLY, "enabled", WEAKEN, REPORT_ONLY),
    ]

    @pytest.mark.parametrize(("version", "live", "choice", "after"), CASES)
    def test_of_a_policy_that_is_there(self, access_policy, owning, directory, version, live, choice, after):
        restore = chosen(owning, access_policy(version, live), choice)
        [item] = items_of(restore)
        assert (item.live_state, item.planned_state, item.action) == (live, after, "update")
        assert owning.execute(restore).outcome == "succeeded"
        assert directory.store.find(POLICIES, item.found_id).body["state"] == after

    @pytest.mark.parametrize(("choice", "after"), [(USUAL, REPORT_ONLY), (ENFORCE, "enabled")])
    def test_of_a_policy_that_is_gone(self, access_policy, owning, directory, simulator, choice, after):
        version = access_policy("enabled", "enabled")
        delete(simulator, directory, POLICIES, version.policy.graph_id)
        restore = chosen(owning, version, choice)
        [item] = items_of(restore)
        assert (item.live_state, item.planned_state, item.action) == ("", after, "create")
        assert owning.execute(restore).outcome == "succeeded"
        [created] = directory.store.entities(POLICIES)
        assert created.body["state"] == after

    def test_an_undo_takes_an_enforcement_back_where_a_person_accepts_that(self, access_policy, owning, directory):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        owning.execute(restore)
        undo = draft_to_undo(owning.fresh(restore), source="Undo", actor=owning.person, now=owning.now)
        assert [item.state_choice for item in items_of(undo)] == [WEAKEN]
        undo = owning.preview(owning.fresh(undo))
        assert items_of(undo)[0].warnings == ["weakens_policy"]
        owning.execute(undo)
        assert directory.store.find(POLICIES, items_of(undo)[0].found_id).body["state"] == REPORT_ONLY

    def test_an_undo_of_what_kept_its_state_keeps_it_too(self, access_policy, owning):
        restore = chosen(owning, access_policy("enabled", "enabled"), USUAL)
        owning.execute(restore)
        undo = draft_to_undo(owning.fresh(restore), source="Undo", actor=owning.person, now=owning.now)
        assert [item.state_choice for item in items_of(undo)] == [USUAL]

    def test_what_failed_is_prepared_again_with_its_weakening(self, access_policy, owning, directory):
        version = access_policy(REPORT_ONLY, "enabled")
        restore = chosen(owning, version, WEAKEN)
        edit(directory, POLICIES, version.policy.graph_id, displayName="Changed once more")
        owning.execute(restore)
        again = draft_of_failed(owning.fresh(restore), source="Again", actor=owning.person, now=owning.now)
        assert [item.state_choice for item in items_of(again)] == [WEAKEN]


class TestWhoMay:
    def test_a_manager_cannot_choose_it_and_can_weaken(self, access_policy, restoring, mona):
        restore = restoring.draft(access_policy("enabled", REPORT_ONLY))
        [item] = items_of(restore)
        with pytest.raises(ChoiceNotPossible, match="enforced state"):
            edit_states(restore, {item.pk: ENFORCE}, actor=mona, now=restoring.now)
        assert items_of(restore)[0].state_choice == ""
        restore = chosen(restoring, access_policy("disabled", "enabled"), WEAKEN)
        assert restoring.execute(restore).outcome == "succeeded"

    def test_a_manager_cannot_confirm_what_an_owner_chose(self, access_policy, owning, mona, simulator):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        with pytest.raises(CannotConfirm, match="Your role is Manager"):
            confirm(restore, words_of(restore, "enforce"), actor=mona, now=owning.now)
        assert not OperationRun.everywhere.filter(type="restore_execute").exists()

    def test_who_chose_it_and_may_no_more_stops_the_confirmation(self, access_policy, owning, otto, olivia):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        demote(otto)
        with pytest.raises(CannotConfirm, match="Otto chose to enforce"):
            confirm(restore, words_of(restore, "enforce"), actor=olivia, now=owning.now)
        [item] = items_of(restore)
        assert edit_states(restore, {item.pk: ENFORCE}, actor=olivia, now=owning.now) == 1
        restore = owning.preview(owning.fresh(restore))
        assert confirm(restore, words_of(restore, "enforce"), actor=olivia, now=owning.now).run.status == "queued"

    def test_a_right_that_is_taken_before_the_run_begins_stops_it(self, access_policy, owning, otto, simulator):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        run = owning.start(restore)
        demote(otto)
        simulator.log.clear()
        owning.runner().execute(run.pk)
        run.refresh_from_db()
        assert (run.outcome, run.reason_code) == ("failed", "enforcement_not_allowed")
        assert writes_of(simulator) == []
        assert owning.fresh(restore).state == "done"

    def test_what_is_written_asks_nobody_any_more(self, access_policy, owning, otto):
        """The rest of a restore that waited for an approval goes on."""
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        assert owning.execute(restore).outcome == "succeeded"
        demote(otto)
        assert why_not_as_chosen(restore, otto) == ""

    def test_a_person_who_left_may_not(self, contoso, otto):
        assert why_not_enforce(otto, contoso) == ""
        TenantMember.everywhere.filter(user=otto).delete()
        assert "no member" in why_not_enforce(otto, contoso)

    def test_a_choice_that_the_version_does_not_allow_is_refused(self, access_policy, owning, otto, contoso):
        restore = owning.draft(access_policy("enabled", REPORT_ONLY))
        [item] = items_of(restore)
        with pytest.raises(ChoiceNotPossible, match="in no state"):
            edit_states(restore, {item.pk: WEAKEN}, actor=otto, now=owning.now)
        other = owning.draft(take(new_policy(contoso, owning.now), {"id": "p1", "displayName": "Wi-Fi"}, owning.now))
        with pytest.raises(ChoiceNotPossible, match="in no state"):
            edit_states(other, {items_of(other)[0].pk: ENFORCE}, actor=otto, now=owning.now)


class TestTheWord:
    @pytest.mark.parametrize("word", ["enforce", " Enforce ", "ENFORCE"])
    def test_it_is_read_as_people_type_it(self, word):
        assert is_enforce_word(word)

    @pytest.mark.parametrize("word", ["", "enforced", "yes"])
    def test_without_it_nothing_is_enforced(self, access_policy, owning, otto, word):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        with pytest.raises(CannotConfirm, match="Type the word"):
            confirm(restore, words_of(restore, word), actor=otto, now=owning.now)

    def test_nobody_is_asked_where_nothing_becomes_enforced(self, access_policy, restoring, mona):
        restore = restoring.preview(restoring.draft(access_policy("enabled", "enabled")))
        assert confirm(restore, words_of(restore), actor=mona, now=restoring.now).run.status == "queued"


class TestWhatIsShown:
    def test_the_choice_makes_it_a_draft_again_and_another_fingerprint(self, access_policy, owning, otto):
        restore = owning.preview(owning.draft(access_policy("enabled", REPORT_ONLY)))
        shown, [item] = restore.fingerprint, items_of(restore)
        assert edit_states(restore, {item.pk: ENFORCE}, actor=otto, now=owning.now) == 1
        restore.refresh_from_db()
        assert (restore.state, items_of(restore)[0].state_chosen_by) == ("draft", otto)
        assert fingerprint_of_restore(restore) != shown
        restore = owning.preview(restore)
        words = words_of(restore, "enforce")
        with pytest.raises(PreviewStale):
            confirm(restore, replace(words, fingerprint=shown), actor=otto, now=owning.now)

    def test_a_weakening_is_accepted_by_a_person(self, access_policy, restoring, mona):
        restore = chosen(restoring, access_policy("disabled", "enabled"), WEAKEN)
        assert items_of(restore)[0].warnings == ["weakens_policy"]
        bare = Confirmation(restore.fingerprint, "Contoso", "Undo a mistake")
        with pytest.raises(CannotConfirm, match="Accept the warnings"):
            confirm(restore, bare, actor=mona, now=restoring.now)

    def test_the_database_keeps_choice_and_states(self, access_policy, owning):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        rows = RestoreItem.everywhere.of_run(restore.pk)
        for columns in ({"state_choice": ""}, {"planned_state": REPORT_ONLY}, {"live_state": "enabled"}):
            with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
                rows.update(**columns)

    def test_the_audit_log_names_the_policies(self, access_policy, owning):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        [item] = items_of(restore)
        assert owning.execute(restore).outcome == "succeeded"
        entries = {entry.action: entry.after for entry in AuditLog.objects.filter(action__startswith="restore.")}
        assert entries["restore.edited"]["states"] == {item.name: "Enforce it, as the version says"}
        assert entries["restore.confirmed"]["enforced"] == [item.name]
        assert entries["restore.object_written"]["state"] == "Report-only → On"

    def test_a_second_person_approves_it_by_name(self, access_policy, owning, contoso, otto, olivia, mona, now):
        assert turn_on(contoso, actor=olivia, now=now)
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY), ENFORCE)
        with pytest.raises(CannotConfirm, match="Type the word"):
            ask(restore, words_of(restore), actor=otto, now=now)
        ask(restore, words_of(restore, "enforce"), actor=otto, now=now)
        approve(restore, restore.fingerprint, tenant_name="Contoso", actor=mona, now=now)
        names = [item.name for item in items_of(restore)]
        for action in ("restore.approval_asked", "restore.approved", "restore.confirmed"):
            assert AuditLog.objects.get(action=action).after["enforced"] == names


class TestLockout:
    def test_a_policy_for_everybody_is_not_enforced_without_emergency_accounts(self, access_policy, owning, simulator):
        restore = chosen(owning, access_policy("enabled", REPORT_ONLY, users=users()), ENFORCE)
        [item] = items_of(restore)
        assert [blocker["code"] for blocker in item.blockers] == ["emergency_accounts_missing"]
        assert (restore.state, item.planned_state) == ("blocked", "")

    def test_as_usual_and_weakened_it_locks_nobody_out(self, access_policy, owning):
        as_usual = owning.preview(owning.draft(access_policy("enabled", REPORT_ONLY, users=users())))
        assert items_of(as_usual)[0].blockers == []
        weakened = chosen(owning, access_policy("disabled", "enabled", users=users()), WEAKEN)
        assert (items_of(weakened)[0].blockers, items_of(weakened)[0].warnings) == ([], ["weakens_policy"])
