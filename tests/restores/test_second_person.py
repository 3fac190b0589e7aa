"""Four eyes: where a tenant asks for it, another person approves what was shown, and nobody does so for themselves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.notices import notices, visible_to
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.service import OperationRunService
from tenantpilot.restores.editing import edit_options
from tenantpilot.restores.models import ApprovalRequest, RestoreRule, RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.second_person.requests import (
    CannotDecide,
    approve,
    ask,
    confirm_or_ask,
    refuse,
    settle_requests,
    waiting_request,
)
from tenantpilot.restores.second_person.rules import NobodyToApprove, needs_second_person, rule_of, turn_off, turn_on
from tenantpilot.restores.services import CannotConfirm, Confirmation, SecondPersonNeeded, confirm
from tenantpilot.tenancy.models import TenantMember, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.tenancy.services import set_tenant_role
from tests.people import member
from tests.restores.conftest import edit, entity_of, items_of, version_of, writes_of

CATALOG = "deviceManagement/configurationPolicies"
A_WEEK = timedelta(days=7)


@pytest.fixture
def nina(contoso):
    """Nina manages Contoso beside Mona."""
    return member(contoso, "nina", Role.MANAGER)


@pytest.fixture
def rule(contoso, olivia, mona, nina, now):
    """Contoso asks for a second person."""
    assert turn_on(contoso, actor=olivia, now=now)


@pytest.fixture
def previewed(captured, directory, restoring):
    """A restore of a policy that somebody has changed, previewed by Mona."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(version))


def words_of(restore, reason="Undo a mistake"):
    return Confirmation(restore.fingerprint, restore.tenant.name, reason)


@pytest.fixture
def asked(rule, previewed, mona, now):
    assert isinstance(confirm_or_ask(previewed, words_of(previewed), actor=mona, now=now), ApprovalRequest)
    return previewed


def runs():
    return OperationRun.everywhere.filter(type="restore_execute")


def state_of(restore):
    return ApprovalRequest.everywhere.filter(restore_run=restore.pk).latest("pk").state


class TestApproving:
    def test_without_the_rule_one_person_is_enough(self, previewed, mona, now):
        assert confirm_or_ask(previewed, words_of(previewed), actor=mona, now=now).run.type == "restore_execute"

    def test_asking_starts_nothing_and_tells_who_may_approve(self, asked, nina, olivia, simulator):
        assert not runs().exists()
        told = Notification.everywhere.filter(kind="restore_approval_wanted")
        assert set(told.values_list("recipient", "run")) == {(nina.pk, None), (olivia.pk, None)}
        [notice] = notices(visible_to(nina))
        assert notice.text.title == "A restore waits for your approval"
        assert notice.text.url == f"/admin/t/contoso/restores/{asked.pk}/"

    def test_asking_twice_asks_once(self, asked, mona, now):
        ask(asked, words_of(asked), actor=mona, now=now)
        assert ApprovalRequest.everywhere.count() == 1
        assert Notification.everywhere.filter(kind="restore_approval_wanted").count() == 2

    def test_ops_23_an_approval_starts_the_run_of_who_asked_who_is_told_once(self, asked, restoring, mona, nina, now):
        run = approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now).run
        restoring.runner().execute(run.pk)
        run.refresh_from_db()
        restore = restoring.fresh(asked)
        assert (run.outcome, run.initiator, restore.state) == ("succeeded", mona, "done")
        assert (restore.confirmed_by, restore.approved_by, restore.reason) == (mona, nina, "Undo a mistake")
        assert list(Notification.everywhere.filter(run=run).values_list("recipient", flat=True)) == [mona.pk]
        actions = AuditLog.objects.filter(target_type="restore", target_id=str(asked.pk)).order_by("pk")
        said = list(actions.values_list("action", "actor_id"))
        assert said[-3:] == [
            ("restore.approval_asked", mona.pk), ("restore.approved", nina.pk), ("restore.confirmed", mona.pk),
        ]  # fmt: skip

    def test_a_refusal_has_a_reason_and_tells_who_asked(self, asked, mona, nina, now):
        with pytest.raises(CannotDecide, match="Write down why"):
            refuse(asked, "  ", actor=nina, now=now)
        refuse(asked, "Not before Monday", actor=nina, now=now)
        assert state_of(asked) == "refused"
        assert Notification.everywhere.get(kind="restore_approval_refused").recipient == mona
        with pytest.raises(CannotDecide):
            approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        assert not runs().exists()

    def test_two_who_approve_at_once_start_one_run(self, asked, nina, olivia, now):
        approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        with pytest.raises(CannotDecide):
            approve(
                RestoreRun.everywhere.get(pk=asked.pk), asked.fingerprint, tenant_name="Contoso", actor=olivia, now=now
            )
        assert runs().count() == 1

    def test_a_queue_that_refuses_lets_the_request_wait_again(self, asked, nina, now, monkeypatch):
        def refuse_job(*_args, **_kwargs):
            raise OSError

        with monkeypatch.context() as patch:
            patch.setattr(DatabaseDispatcher, "dispatch", refuse_job)
            with pytest.raises(DispatchFailed):
                approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        assert state_of(asked) == "waiting"
        asked.refresh_from_db()
        assert (asked.state, asked.approved_by) == ("previewed", None)
        assert approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now).run.status == "queued"

    def test_a_process_that_dies_before_the_run_lets_it_wait(self, asked, restoring, nina, now, monkeypatch):
        def die(_service, _kind, **_facts):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(OperationRunService, "start", die)
            with pytest.raises(KeyboardInterrupt):
                approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        assert (restoring.fresh(asked).state, state_of(asked)) == ("confirmed", "approved")
        later = now + timedelta(minutes=2)
        assert (restoring.fresh(asked, later).state, state_of(asked)) == ("previewed", "waiting")
        asked.refresh_from_db()
        assert waiting_request(asked, now=later).decided_by is None
        assert approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=later).run.status == "queued"


class TestWhoMayNot:
    def test_nobody_confirms_past_the_rule(self, rule, previewed, mona, now):
        with pytest.raises(SecondPersonNeeded):
            confirm(previewed, words_of(previewed), actor=mona, now=now)
        assert not runs().exists()

    def test_who_asked_never_approves(self, asked, mona, now):
        with pytest.raises(CannotDecide, match="You have asked"):
            approve(asked, asked.fingerprint, tenant_name="Contoso", actor=mona, now=now)

    def test_who_edited_the_draft_never_approves(self, rule, previewed, restoring, mona, nina, olivia, now):
        edit_options(previewed, RestoreOptions(assignments="exact"), actor=nina, now=now)
        restore = restoring.preview(restoring.fresh(previewed))
        ask(restore, words_of(restore), actor=mona, now=now)
        with pytest.raises(CannotDecide, match="prepared or edited"):
            approve(restore, restore.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        recipients = Notification.everywhere.filter(kind="restore_approval_wanted").values_list("recipient", flat=True)
        assert set(recipients) == {olivia.pk}

    def test_who_drafted_it_never_approves_what_another_asks_for(self, rule, previewed, mona, nina, now):
        ask(previewed, words_of(previewed), actor=nina, now=now)
        with pytest.raises(CannotDecide, match="prepared or edited"):
            approve(previewed, previewed.fingerprint, tenant_name="Contoso", actor=mona, now=now)

    def test_a_person_let_in_by_who_asks_does_not_approve_for_a_week(self, rule, previewed, contoso, olivia, now):
        """An owner adds a person of their own, and approves with it."""
        puppet = member(contoso, "puppet", Role.OPERATOR)
        set_tenant_role(tenant=contoso, person=puppet, role=Role.MANAGER, actor=olivia, now=now - timedelta(days=6))
        ask(previewed, words_of(previewed), actor=olivia, now=now)
        assert not Notification.everywhere.filter(recipient=puppet, kind="restore_approval_wanted").exists()
        with pytest.raises(CannotDecide, match="within seven days"):
            approve(previewed, previewed.fingerprint, tenant_name="Contoso", actor=puppet, now=now)

    def test_a_person_let_in_through_another_one_does_not_approve_either(self, rule, previewed, contoso, olivia, now):
        first, second = member(contoso, "puppet", Role.OPERATOR), member(contoso, "second", Role.OPERATOR)
        set_tenant_role(tenant=contoso, person=first, role=Role.OWNER, actor=olivia, now=now - timedelta(days=6))
        set_tenant_role(tenant=contoso, person=second, role=Role.MANAGER, actor=first, now=now - timedelta(days=5))
        ask(previewed, words_of(previewed), actor=olivia, now=now)
        assert not Notification.everywhere.filter(recipient=second, kind="restore_approval_wanted").exists()
        with pytest.raises(CannotDecide, match="within seven days"):
            approve(previewed, previewed.fingerprint, tenant_name="Contoso", actor=second, now=now)

    def test_who_let_the_asker_in_does_not_approve_for_a_week(self, rule, previewed, contoso, olivia, nina, now):
        """An owner adds a person of their own, asks with it, and approves."""
        puppet = member(contoso, "puppet", Role.OPERATOR)
        set_tenant_role(tenant=contoso, person=puppet, role=Role.MANAGER, actor=olivia, now=now - timedelta(days=6))
        ask(previewed, words_of(previewed), actor=puppet, now=now)
        assert not Notification.everywhere.filter(recipient=olivia, kind="restore_approval_wanted").exists()
        with pytest.raises(CannotDecide, match="within seven days"):
            approve(previewed, previewed.fingerprint, tenant_name="Contoso", actor=olivia, now=now)
        approve(previewed, previewed.fingerprint, tenant_name="Contoso", actor=nina, now=now)

    def test_nothing_starts_for_a_person_who_may_not_restore_any_more(self, asked, mona, nina, now):
        TenantMember.everywhere.filter(user=mona).delete()
        with pytest.raises(CannotDecide, match="may not restore"):
            approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)

    def test_where_nobody_is_left_to_approve_asking_says_so(self, rule, previewed, mona, nina, olivia, now):
        TenantMember.everywhere.filter(user=nina).delete()
        WorkspaceMember.everywhere.filter(user=olivia).delete()
        with pytest.raises(CannotConfirm, match="Nobody else"):
            ask(previewed, words_of(previewed), actor=mona, now=now)


class TestWhatIsApproved:
    def test_an_edit_makes_the_request_void(self, asked, mona, nina, now):
        edit_options(asked, RestoreOptions(assignments="exact"), actor=mona, now=now)
        with pytest.raises(CannotDecide, match="Nothing waits"):
            approve(
                RestoreRun.everywhere.get(pk=asked.pk), asked.fingerprint, tenant_name="Contoso", actor=nina, now=now
            )
        assert state_of(asked) == "void"

    def test_a_new_preview_that_shows_something_else_is_not_approved(self, asked, restoring, directory, nina, now):
        edit(directory, CATALOG, items_of(asked)[0].found_id, description="Changed again")
        restore = restoring.preview(asked)
        assert restore.fingerprint != asked.fingerprint
        with pytest.raises(CannotDecide):
            approve(restore, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now)
        assert state_of(asked) == "void"

    def test_another_fingerprint_than_the_page_showed_is_refused(self, asked, nina, now):
        with pytest.raises(CannotDecide, match="What you saw"):
            approve(asked, "0" * 64, tenant_name="Contoso", actor=nina, now=now)

    def test_it_expires_with_its_preview(self, asked, nina, now):
        later = now + timedelta(minutes=61)
        with pytest.raises(CannotDecide):
            approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=later)
        assert state_of(asked) == "expired"

    def test_the_scheduler_ends_old_requests(self, asked, now):
        assert settle_requests(now=now) == 0
        assert settle_requests(now=now + timedelta(hours=2)) == 1
        assert state_of(asked) == "expired"

    def test_what_changed_in_the_tenant_is_not_written(self, asked, restoring, directory, nina, now):
        run = approve(asked, asked.fingerprint, tenant_name="Contoso", actor=nina, now=now).run
        edit(directory, CATALOG, items_of(asked)[0].found_id, description="Changed again")
        restoring.runner().execute(run.pk)
        assert items_of(asked)[0].reason_code == "changed_since_preview"

    def test_asking_needs_all_that_a_confirmation_needs(self, rule, previewed, mona, now):
        with pytest.raises(CannotConfirm, match="Write down why"):
            ask(previewed, words_of(previewed, reason=" "), actor=mona, now=now)
        assert not ApprovalRequest.everywhere.exists()


class TestTurningItOff:
    def test_it_holds_for_seven_more_days_and_an_owner_can_undo_it(self, rule, contoso, olivia, now):
        assert turn_off(contoso, actor=olivia, now=now) == now + A_WEEK
        assert needs_second_person(contoso, now=now + timedelta(days=6))
        assert not needs_second_person(contoso, now=now + A_WEEK)
        assert turn_on(contoso, actor=olivia, now=now + timedelta(days=6))
        assert rule_of(contoso, now=now + A_WEEK).ends_at is None
        said = AuditLog.objects.filter(action__startswith="restore.second_person").order_by("pk")
        assert list(said.values_list("action", flat=True)) == [
            "restore.second_person_needed", "restore.second_person_ending", "restore.second_person_ending_undone",
        ]  # fmt: skip

    def test_asking_again_does_not_bring_the_end_nearer_or_farther(self, rule, contoso, olivia, now):
        ends_at = turn_off(contoso, actor=olivia, now=now)
        assert turn_off(contoso, actor=olivia, now=now + timedelta(days=3)) == ends_at

    def test_who_turned_it_off_cannot_slip_past_meanwhile(self, rule, contoso, previewed, olivia, now):
        turn_off(contoso, actor=olivia, now=now)
        with pytest.raises(SecondPersonNeeded):
            confirm(previewed, words_of(previewed), actor=olivia, now=now)

    def test_it_is_not_turned_on_where_nobody_could_approve(self, contoso, olivia, now):
        TenantMember.everywhere.filter(tenant=contoso).exclude(user=olivia).delete()
        with pytest.raises(NobodyToApprove):
            turn_on(contoso, actor=olivia, now=now)
        assert not RestoreRule.everywhere.exists()

    def test_it_is_not_turned_on_where_everybody_who_could_approve_is_tied_to_the_others(self, contoso, olivia, now):
        TenantMember.everywhere.filter(tenant=contoso).exclude(user=olivia).delete()
        helper = member(contoso, "helper", Role.OPERATOR)
        set_tenant_role(tenant=contoso, person=helper, role=Role.MANAGER, actor=olivia, now=now)
        with pytest.raises(NobodyToApprove, match="within seven days"):
            turn_on(contoso, actor=olivia, now=now)
        assert turn_on(contoso, actor=olivia, now=now + A_WEEK)

    def test_on_again_after_its_end_it_begins_anew(self, rule, contoso, olivia, now):
        turn_off(contoso, actor=olivia, now=now)
        assert turn_on(contoso, actor=olivia, now=now + A_WEEK)
        assert needs_second_person(contoso, now=now + 2 * A_WEEK)


class TestTheDatabase:
    """It keeps the rule by itself, on both engines, whoever writes."""

    def confirmed(self, restore, **columns):
        try:
            with transaction.atomic():
                RestoreRun.everywhere.filter(pk=restore.pk).update(state="confirmed", reason="r", **columns)
                transaction.set_rollback(True)
        except (IntegrityError, DatabaseError):
            return False
        return True

    def test_no_restore_is_confirmed_without_another_person(self, rule, previewed, mona, nina, contoso, olivia, now):
        by_mona = {"confirmed_by": mona, "confirmed_at": now}
        assert not self.confirmed(previewed, **by_mona)
        assert not self.confirmed(previewed, **by_mona, approved_by=mona)
        assert not self.confirmed(previewed, confirmed_by=nina, confirmed_at=now, approved_by=mona)
        assert self.confirmed(previewed, **by_mona, approved_by=nina)
        turn_off(contoso, actor=olivia, now=now)
        assert not self.confirmed(previewed, **by_mona)
        assert self.confirmed(previewed, confirmed_by=mona, confirmed_at=now + A_WEEK)

    def test_an_editor_is_no_second_person(self, rule, previewed, restoring, mona, nina, now):
        edit_options(previewed, RestoreOptions(assignments="exact"), actor=nina, now=now)
        restore = restoring.preview(restoring.fresh(previewed))
        assert not self.confirmed(restore, confirmed_by=mona, confirmed_at=now, approved_by=nina)

    def test_a_request_is_decided_once_and_keeps_what_was_asked(self, asked, nina, now):
        refuse(asked, "No", actor=nina, now=now)
        rows = ApprovalRequest.everywhere.filter(restore_run=asked.pk)
        asked_for = ({"fingerprint": "0" * 64}, {"reason": "Another"}, {"accepted": [[0, "wide_target"]]})
        decided = ({"state": "waiting"}, {"state": "approved"}, {"refusal": "Yes"}, {"decided_at": now + A_WEEK})
        for columns in (*asked_for, *decided):
            with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
                rows.update(**columns)


def test_asking_writes_nothing_to_the_tenant(rule, previewed, mona, nina, simulator, now):
    simulator.log.clear()
    ask(previewed, words_of(previewed), actor=mona, now=now)
    refuse(previewed, "No", actor=nina, now=now)
    assert writes_of(simulator) == []
