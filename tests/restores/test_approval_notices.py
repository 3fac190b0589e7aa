"""Notifications about requests for a second person: they are unread only while there is something to decide."""

import pytest

from tenantpilot.operations.models import Notification
from tenantpilot.restores import moving
from tenantpilot.restores.second_person.requests import approve, refuse, settle_requests
from tests.restores.test_second_person import asked, nina, previewed, rule

__all__ = ["asked", "nina", "previewed", "rule"]


def approve_it(restore, nina, at):
    approve(restore, restore.fingerprint, tenant_name="Contoso", actor=nina, now=at)


def refuse_it(restore, nina, at):
    refuse(restore, "Not before Monday", actor=nina, now=at)


def let_it_expire(restore, nina, at):
    assert settle_requests(now=restore.preview_expires_at) == 1


@pytest.mark.parametrize("end", [approve_it, refuse_it, let_it_expire])
def test_whoever_was_asked_has_nothing_unread_once_there_is_nothing_to_decide(asked, nina, now, end):
    wanted = Notification.everywhere.filter(kind="restore_approval_wanted")
    assert wanted.unread().filter(recipient=nina).count() == 1
    end(asked, nina, now)
    assert not wanted.unread().exists()


def test_whoever_was_asked_has_it_unread_again_when_the_approval_is_taken_back(asked, nina, now):
    """No run could be started, or the process died before."""
    approve_it(asked, nina, now)
    assert moving.take_confirmation_back(asked.pk)
    assert Notification.everywhere.filter(kind="restore_approval_wanted", recipient=nina).unread().count() == 1
