"""Seeds of second factors at rest: sealed like credentials, each bound to the person it belongs to.

django-allauth keeps them as text in a JSON column, so a sealed one is text too: `sealed:KEY_ID:BASE64`.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from tenantpilot.tenancy.sealing import CannotOpen, Sealed, newest_key_id, seal, unseal

MARK = "sealed"
# What of an authenticator's data is secret: the seed of the codes, that of the recovery codes, imported recovery codes.
SECRETS = ("secret", "seed")
LISTS_OF_SECRETS = ("migrated_codes",)


def seal_seed(plain: str, *, person_id: int) -> str:
    """Return the text to store. Raises SealingNotConfigured."""
    sealed = seal(plain, belongs_to=_place(person_id))
    return f"{MARK}:{sealed.key_id}:{base64.b64encode(sealed.value).decode()}"


def open_seed(stored: str, *, person_id: int) -> str:
    """Return the seed. One that was never sealed was not written by us. Raises CannotOpen."""
    mark, _colon, rest = stored.partition(":")
    key_id, _colon, value = rest.rpartition(":")
    if mark != MARK:
        raise CannotOpen("the seed is not sealed")
    try:
        box = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise CannotOpen("the sealed seed cannot be read") from error
    return unseal(Sealed(key_id, box), belongs_to=_place(person_id))


def key_id_of(stored: str) -> str:
    """Return the name of the key that opens it, empty for one that is not sealed."""
    mark, _colon, rest = stored.partition(":")
    return rest.rpartition(":")[0] if mark == MARK else ""


@dataclass(frozen=True)
class ResealedFactors:
    """`unreadable` are the people whose seed no key of this installation opens."""

    changed: int
    unreadable: tuple[int, ...]


def reseal_seeds() -> ResealedFactors:
    """Seal every seed with the newest key; may be stopped and repeated. One that does not open stops nothing."""
    changed, unreadable = 0, []
    for pk in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            changed += _reseal(pk)
        except CannotOpen:
            unreadable.append(Authenticator.objects.get(pk=pk).user_id)
    return ResealedFactors(changed, tuple(unreadable))


def sealed_with(key_id: str) -> int:
    """Count the authenticators that need this key."""
    rows = Authenticator.objects.values_list("data", flat=True)
    return sum(any(key_id_of(text) == key_id for text in _secrets_of(data)) for data in rows)


def people_locked_out() -> list[int]:
    """Return the ids of people whose second factor no key of this installation opens."""
    rows = Authenticator.objects.order_by("user_id").values_list("user_id", "data")
    return list(dict.fromkeys(person_id for person_id, data in rows if not _opens(data, person_id)))


def changed_secrets(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return the data of an authenticator with each secret changed."""
    single = {name: change(data[name]) for name in SECRETS if data.get(name)}
    lists = {name: [change(text) for text in data[name]] for name in LISTS_OF_SECRETS if data.get(name)}
    return {**data, **single, **lists}


@transaction.atomic
def _reseal(pk: int) -> int:
    """Under the row's lock: a recovery code that is used meanwhile stays used."""
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None or all(key_id_of(text) == newest_key_id() for text in _secrets_of(row.data)):
        return 0
    person_id = row.user_id
    row.data = changed_secrets(
        row.data, lambda text: seal_seed(open_seed(text, person_id=person_id), person_id=person_id)
    )
    row.save(update_fields=["data"])
    return 1


def _secrets_of(data: dict[str, Any]) -> list[str]:
    single = [data[name] for name in SECRETS if data.get(name)]
    return [*single, *(text for name in LISTS_OF_SECRETS for text in data.get(name) or [])]


def _place(person_id: int) -> str:
    return f"person|{person_id}|second factor"


def _opens(data: dict[str, Any], person_id: int) -> bool:
    try:
        changed_secrets(data, partial(open_seed, person_id=person_id))
    except CannotOpen:
        return False
    return True
