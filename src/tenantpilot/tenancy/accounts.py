"""Changes to the account of a person, each with its audit entry (SEC-08, SEC-09).

The pages of the web room change one's own password and second factor; all else is for an owner or a shell.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F

from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.unique_writes import write_unique
from tenantpilot.tenancy import owners, security_events
from tenantpilot.tenancy.addresses import canonical
from tenantpilot.tenancy.audit_actions import (
    PERSON_ADDRESS_CHANGED,
    PERSON_PASSWORD_CHANGED,
    PERSON_SECOND_FACTOR_REMOVED,
    PERSON_SESSIONS_ENDED,
    PERSON_SWITCHED_OFF,
    PERSON_SWITCHED_ON,
)
from tenantpilot.tenancy.links import AccountLink
from tenantpilot.tenancy.people import User
from tenantpilot.tenancy.services import require_free_address


def change_address(person: User, address: str, *, actor: User | None, now: datetime) -> None:
    """Give the person another address. Raises AddressRefused, AlreadyThere."""
    new_address = canonical(address)
    with transaction.atomic():
        before, after = {"at": _domain(person.email)}, {"at": _domain(new_address)}
        write_unique(
            lambda: require_free_address(new_address, of=person),
            lambda: User.objects.filter(pk=person.pk).update(email=new_address),
        )
        person.email = new_address
        action = PERSON_ADDRESS_CHANGED
        security_events.record(action, person=person, actor=actor, before=before, after=after, now=now)


def change_password(person: User, password: str, *, actor: User | None, now: datetime, client: str = "") -> None:
    """Set the password. Open links to the account end, and so does every session that is not told of it."""
    with transaction.atomic():
        AccountLink.objects.filter(person=person).withdraw(now=now)
        person.set_password(password)
        person.save(update_fields=["password"])
        security_events.record(PERSON_PASSWORD_CHANGED, person=person, actor=actor, client=client, now=now)


def switch_off(person: User, *, actor: User | None, now: datetime) -> None:
    """Let the person in no more: sessions and open links end, roles and history stay. Raises LastOwner."""
    with transaction.atomic():
        owners.require_others_in_all(person)
        AccountLink.objects.filter(person=person).withdraw(now=now)
        end_sessions(person, actor=actor, now=now)
        _set_active(person, False, PERSON_SWITCHED_OFF, actor, now)


def switch_on(person: User, *, actor: User | None, now: datetime) -> None:
    """Let the person in again."""
    _set_active(person, True, PERSON_SWITCHED_ON, actor, now)


def remove_second_factor(person: User, *, actor: User | None, now: datetime) -> bool:
    """Let the person in by password alone, for one who lost device and codes. False if there was no second factor."""
    with transaction.atomic():
        removed, _kinds = Authenticator.objects.filter(user_id=person.pk).delete()
        if removed:
            security_events.record(PERSON_SECOND_FACTOR_REMOVED, person=person, actor=actor, now=now)
    return bool(removed)


def sessions_of(person: User) -> list[UserSession]:
    """Return the person's sessions, the newest first. Those that are over are removed."""
    live: list[UserSession] = UserSession.objects.purge_and_list(person)
    return sorted(live, key=lambda session: session.created_at, reverse=True)


def end_sessions(person: User, *, actor: User | None, now: datetime, keep: str = "") -> int:
    """End every session of the person but the one with the key `keep`, and return how many were known.

    Sessions that nobody listed end too: each holds a mark of the count that changes here.
    """
    with transaction.atomic():
        ended_sessions = [session for session in sessions_of(person) if session.session_key != keep]
        for session in ended_sessions:
            session.end()
        User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
        person.refresh_from_db(fields=["sessions_ended"])
        facts = {"sessions": len(ended_sessions)}
        security_events.record(PERSON_SESSIONS_ENDED, person=person, actor=actor, before=facts, now=now)
    return len(ended_sessions)


def end_session(person: User, session_id: int, *, actor: User | None, now: datetime) -> bool:
    """End one session of the person. Return False if there is none with this id."""
    with transaction.atomic():
        session = UserSession.objects.filter(user_id=person.pk, pk=session_id).first()
        if session is None:
            return False
        session.end()
        facts = {"sessions": 1}
        security_events.record(PERSON_SESSIONS_ENDED, person=person, actor=actor, before=facts, now=now)
    return True


def _set_active(person: User, is_active: bool, action: AuditAction, actor: User | None, now: datetime) -> None:
    with transaction.atomic():
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        security_events.record(action, person=person, actor=actor, now=now)


def _domain(address: str) -> str:
    """Return the part that is nobody's personal data."""
    return address.rpartition("@")[2]
