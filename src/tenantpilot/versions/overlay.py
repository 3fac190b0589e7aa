"""Secrets that Graph sends in plain: sealed beside the version, and a mask in their place in its payload.

A fingerprint, keyed by the installation, tells whether a secret is another one without opening the one before.
"""

import copy
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.form import secret_places
from tenantpilot.graph.compare.secret_places import SecretPlace
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, fingerprint, newest_key_id, seal, unseal
from tenantpilot.versions.models import LONGEST_POINTER, PolicyVersion, VersionSecret
from tenantpilot.versions.states import Restorable

MASK = "****"
REFERENCE = "secretReferenceValueId"


@dataclass(frozen=True)
class PlainSecret:
    """A secret in plain, for as long as a version is taken."""

    pointer: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Separated:
    """A payload without secrets, and what was taken out of it. `references` are Graph's ids of secrets, by pointer."""

    payload: Mapping[str, Any] = field(repr=False)
    secrets: tuple[PlainSecret, ...] = ()
    open_texts: tuple[PlainSecret, ...] = field(default=(), repr=False)
    """The texts that Graph sends in plain: they stay in the payload, and are secrets where Graph masks them."""
    references: Mapping[str, str] = field(default_factory=dict)
    masked: frozenset[str] = frozenset()
    """The pointers of the secrets that Graph masks."""


def separated(contract: Contract, payload: Mapping[str, Any]) -> Separated:
    """Take the secrets out of a payload, which stays as it is."""
    masked = copy.deepcopy(dict(payload))
    every = [place for place in secret_places(contract, masked) if place.value not in ("", None)]
    places = [place for place in every if not place.is_open]
    plain = [place for place in places if not place.is_masked]
    hidden = frozenset(_short(place.pointer) for place in places if place.is_masked)
    references = {_short(p.pointer): str(p.holder[REFERENCE]) for p in places if p.holder.get(REFERENCE)}
    secrets, open_texts = _as_secrets(plain), _as_secrets(place for place in every if place.is_open)
    for place in plain:
        place.holder[place.name] = MASK
    return Separated(masked, secrets, open_texts, references, hidden)


def _as_secrets(places: Iterable[SecretPlace]) -> tuple[PlainSecret, ...]:
    return tuple(PlainSecret(_short(place.pointer), _text(place.value)) for place in places)


def changed_pointers(
    policy: Policy, secrets: Iterable[PlainSecret], stored_secrets: Iterable[VersionSecret]
) -> list[str]:
    """Return the pointers of secrets that are known in both and differ. A key that is gone makes a secret unknown."""
    rows = {row.pointer: row for row in stored_secrets}
    return sorted(
        secret.pointer
        for secret in secrets
        if secret.pointer in rows and not _is_same(policy, secret, rows[secret.pointer])
    )


def differing(before: Iterable[VersionSecret], after: Iterable[VersionSecret]) -> list[str]:
    """Return the pointers at which two versions of one tenant hold other secrets."""
    rows = {(row.pointer, row.key_id): row.fingerprint for row in before}
    later_secrets = ((row.pointer, row.key_id, row.fingerprint) for row in after)
    return sorted(pointer for pointer, key, text in later_secrets if rows.get((pointer, key), text) != text)


def secrets_of(version_ids: Iterable[int]) -> dict[int, list[VersionSecret]]:
    """Return the sealed secrets of versions, by the version's key."""
    by_version: dict[int, list[VersionSecret]] = defaultdict(list)
    for row in VersionSecret.everywhere.filter(version__in=list(version_ids)).order_by("pointer"):
        by_version[row.version_id].append(row)
    return by_version


def keep_secrets(version: PolicyVersion, policy: Policy, secrets: Sequence[PlainSecret]) -> None:
    """Seal the secrets beside the version."""
    VersionSecret.everywhere.bulk_create([_row(version, policy, secret) for secret in secrets])


def keep_again(version: PolicyVersion, secrets: Iterable[VersionSecret]) -> None:
    """Keep the secrets of another version of the same policy beside this one, sealed as they are."""
    names = ("workspace_id", "tenant_id", "pointer", "sealed", "key_id", "fingerprint")
    rows = [VersionSecret(version=version, **{name: getattr(row, name) for name in names}) for row in secrets]
    VersionSecret.everywhere.bulk_create(rows)


def carried_on(policy: Policy, before: Iterable[VersionSecret], pointers: set[str]) -> tuple[PlainSecret, ...]:
    """Return the secrets of the version before at these pointers: Graph's own ids say that they are the same.

    One that no key opens is not known any more.
    """
    texts = ((row.pointer, _opened_or_none(policy, row)) for row in before if row.pointer in pointers)
    return tuple(PlainSecret(pointer, text) for pointer, text in texts if text is not None)


def holds(policy: Policy, rows: Iterable[VersionSecret], secrets: Iterable[PlainSecret]) -> bool:
    """Return True if all these secrets can be read from the rows."""
    texts = {row.pointer: _opened_or_none(policy, row) for row in rows}
    return all(texts.get(secret.pointer) == secret.text for secret in secrets)


def unreadable(
    contract: Contract, payload: Mapping[str, Any], version: PolicyVersion, secrets: Iterable[VersionSecret]
) -> list[str]:
    """Return the pointers of secrets that the version had when it was taken, and that cannot be read any more."""
    rows = {row.pointer: row for row in secrets}
    lost = {pointer for pointer, row in rows.items() if not _is_whole(version.policy, row)}
    if version.restorable == Restorable.YES:
        lost |= separated(contract, payload).masked - rows.keys()
    return sorted(lost)


def _is_whole(policy: Policy, row: VersionSecret) -> bool:
    text = _opened_or_none(policy, row)
    return text is not None and _is_same(policy, PlainSecret(row.pointer, text), row)


def _opened_or_none(policy: Policy, row: VersionSecret) -> str | None:
    try:
        return opened(policy, row)
    except CannotOpen:
        return None


def opened(policy: Policy, row: VersionSecret) -> str:
    """Return a secret in plain. Raises CannotOpen."""
    return unseal(Sealed(row.key_id, bytes(row.sealed)), belongs_to=_place(policy, row.pointer))


def with_secrets(
    contract: Contract, payload: Mapping[str, Any], policy: Policy, rows: Iterable[VersionSecret]
) -> dict[str, Any]:
    """Return a copy of a version's payload with its secrets in plain, as far as they are kept. Raises CannotOpen."""
    plain = copy.deepcopy(dict(payload))
    sealed = {row.pointer: row for row in rows}
    for place in list(secret_places(contract, plain)):
        if place.is_masked and (row := sealed.get(_short(place.pointer))):
            place.holder[place.name] = json.loads(opened(policy, row))
    return plain


@dataclass(frozen=True)
class Resealed:
    """`unreadable` counts the secrets that no key of this installation opens."""

    changed: int
    unreadable: int


def reseal_all() -> Resealed:
    """Seal every secret with the newest key, and make its fingerprint anew; may be stopped and repeated."""
    changed = unreadable = 0
    newest = newest_key_id()
    old = VersionSecret.everywhere.exclude(key_id=newest).select_related("version__policy").order_by("pk")
    for row in old.iterator(chunk_size=500):
        policy = row.version.policy
        try:
            fresh = _row(row.version, policy, PlainSecret(row.pointer, opened(policy, row)))
        except CannotOpen:
            unreadable += 1
            continue
        same = VersionSecret.everywhere.filter(pk=row.pk, key_id=row.key_id)
        changed += same.update(sealed=fresh.sealed, key_id=fresh.key_id, fingerprint=fresh.fingerprint)
    return Resealed(changed, unreadable)


def sealed_with(key_id: str) -> int:
    """Count the secrets that need this key."""
    return int(VersionSecret.everywhere.filter(key_id=key_id).count())


def _row(version: PolicyVersion, policy: Policy, secret: PlainSecret) -> VersionSecret:
    sealed = seal(secret.text, belongs_to=_place(policy, secret.pointer))
    return VersionSecret(
        workspace_id=policy.workspace_id,
        tenant_id=policy.tenant_id,
        version=version,
        pointer=secret.pointer,
        sealed=sealed.value,
        key_id=sealed.key_id,
        fingerprint=_fingerprint(policy, secret, sealed.key_id),
    )


def _is_same(policy: Policy, secret: PlainSecret, row: VersionSecret) -> bool:
    try:
        return _fingerprint(policy, secret, row.key_id) == row.fingerprint
    except CannotOpen:
        return True


def _fingerprint(policy: Policy, secret: PlainSecret, key_id: str) -> str:
    return fingerprint(secret.text, belongs_to=f"{policy.tenant_id}|{secret.pointer}", key_id=key_id)


def _place(policy: Policy, pointer: str) -> str:
    return f"{policy.workspace_id}|{policy.tenant_id}|policy:{policy.pk}|{pointer}"


def _text(value: object) -> str:
    """Return JSON: a secret is mostly a text, and now and then an object."""
    return json.dumps(value, sort_keys=True)


def _short(pointer: str) -> str:
    """Return a pointer that its column holds: a long one ends with its hash."""
    storable = pointer.encode("utf-8", "replace").decode().replace("\0", "?")
    if len(storable) <= LONGEST_POINTER and storable == pointer:
        return pointer
    digest = hashlib.sha256(pointer.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{storable[: LONGEST_POINTER - 33]}#{digest}"
