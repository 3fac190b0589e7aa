"""Changes to the account of a person, each with its audit entry (SEC-08, SEC-09).

The pages of the web room change one's own password and second factor; all else is for an owner or a shell.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from tenantpilot.tenancy import security_events
from tenantpilot.tenancy.addresses import canonical
from tenantpilot.tenancy.people import User
from tenantpilot.tenancy.services import AlreadyThere


def change_address(person: User, address: str, *, actor: User | None, now: datetime) -> None:
    """Give the person another address. Raises AddressRefused, AlreadyThere."""
    new_address = canonical(address)
    with transaction.atomic():
        other = User.objects.of_address(new_address)
        if other is not None and other.pk != person.pk:
            raise AlreadyThere("Another person has this address.")
        before, after = {"at": _domain(person.email)}, {"at": _domain(new_address)}
        person.email = new_address
        person.save(update_fields=["email"])
        action = "person.address_changed"
        security_events.record(action, person=person, actor=actor, before=before, after=after, now=now)


def change_password(person: User, password: str, *, actor: User | None, now: datetime, client: str = "") -> None:
    """Set the password, which ends every session of the person that is not told of it."""
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        security_events.record("person.password_changed", person=person, actor=actor, client=client, now=now)


def switch_off(person: User, *, actor: User | None, now: datetime) -> None:
    """Let the person in no more. Their sessions end with their next request."""
    _set_active(person, False, "person.switched_off", actor, now)


def switch_on(person: User, *, actor: User | None, now: datetime) -> None:
    """Let the person in again."""
    _set_active(person, True, "person.switched_on", actor, now)


def remove_second_factor(person: User, *, actor: User | None, now: datetime) -> bool:
    """Let the person in by password alone, for one who lost device and codes. False if there was no second factor."""
    with transaction.atomic():
        removed, _kinds = Authenticator.objects.filter(user_id=person.pk).delete()
        if removed:
            security_events.record("person.second_factor_removed", person=person, actor=actor, now=now)
    return bool(removed)


def _set_active(person: User, is_active: bool, action: str, actor: User | None, now: datetime) -> None:
    with transaction.atomic():
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        security_events.record(action, person=person, actor=actor, now=now)


def _domain(address: str) -> str:
    """Return the part that is nobody's personal data."""
    return address.rpartition("@")[2]
