"""Storing, opening and re-sealing the credential of a tenant."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django_scopes import scopes_disabled

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import ReasonedError
from tenantpilot.tenancy.audit_actions import TENANT_CREDENTIAL_CHANGED
from tenantpilot.tenancy.credential_checks import CheckedCredential, check_certificate, check_secret
from tenantpilot.tenancy.models import Tenant, TenantCredential, User
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, newest_key_id, seal, sealed_anew, unseal


class CredentialMissing(ReasonedError):
    """The tenant has no credential yet."""

    reason_code = "credential_missing"


@dataclass(frozen=True)
class OpenCredential:
    """A credential in plain, for as long as a sign-in takes.

    `secret` is a client secret, or a certificate with its private key in PEM.
    """

    kind: str
    client_id: str
    secret: str = field(repr=False)
    version: int = 1


def store_credential(
    *,
    tenant: Tenant,
    kind: str,
    client_id: UUID,
    secret: str,
    expires_at: datetime | None,
    actor: User | None,
    now: datetime,
) -> TenantCredential:
    """Seal and keep it in the place of the one before; the audit entry says that, not what.

    Raises CredentialRefused for one that could not sign in.
    """
    checked = _check(kind, secret, client_id, expires_at, now)
    sealed = seal(checked.secret, belongs_to=_place(tenant))
    with transaction.atomic(), scopes_disabled():
        before = TenantCredential.objects.select_for_update().filter(tenant=tenant).first()
        credential: TenantCredential
        credential, _created = TenantCredential.objects.update_or_create(
            tenant=tenant,
            defaults={
                "workspace_id": tenant.workspace_id,
                "kind": kind,
                "client_id": client_id,
                "sealed": sealed.value,
                "key_id": sealed.key_id,
                "version": (before.version + 1) if before else 1,
                "expires_at": checked.expires_at,
                "changed_at": now,
            },
        )
        audit.record(
            TENANT_CREDENTIAL_CHANGED,
            workspace_id=tenant.workspace_id,
            tenant_id=tenant.pk,
            actor=actor,
            before=_facts(before),
            after=_facts(credential),
            at=now,
        )
    return credential


def _check(kind: str, secret: str, client_id: UUID, expires_at: datetime | None, now: datetime) -> CheckedCredential:
    if kind == TenantCredential.Kind.CERTIFICATE:
        return check_certificate(secret, now=now)
    return check_secret(secret, client_id=client_id, expires_at=expires_at, now=now)


def open_credential(tenant: Tenant) -> OpenCredential:
    """Raises CredentialMissing, CannotOpen."""
    with scopes_disabled():
        row = TenantCredential.objects.filter(tenant=tenant).first()
    if row is None:
        raise CredentialMissing(f"tenant {tenant.pk} has no credential")
    secret = unseal(Sealed(row.key_id, bytes(row.sealed)), belongs_to=_place(tenant))
    return OpenCredential(row.kind, str(row.client_id), secret, row.version)


@dataclass(frozen=True)
class Resealed:
    """`unreadable` are the tenants whose credential no key of this installation opens."""

    changed: int
    unreadable: tuple[int, ...]


def reseal_all() -> Resealed:
    """Seal every credential with the newest key; may be stopped and repeated. One that does not open stops nothing."""
    changed, unreadable = 0, []
    with scopes_disabled():
        for row in TenantCredential.objects.select_related("tenant").order_by("pk").iterator():
            try:
                changed += _reseal(row)
            except CannotOpen:
                unreadable.append(row.tenant_id)
    return Resealed(changed, tuple(unreadable))


def sealed_with(key_id: str) -> int:
    """Count the credentials that need this key."""
    return int(TenantCredential.everywhere.filter(key_id=key_id).count())


def _reseal(row: TenantCredential) -> int:
    if row.key_id == newest_key_id():
        return 0
    sealed = sealed_anew(Sealed(row.key_id, bytes(row.sealed)), belongs_to=_place(row.tenant))
    same = TenantCredential.objects.filter(pk=row.pk, version=row.version, key_id=row.key_id)
    return int(same.update(sealed=sealed.value, key_id=sealed.key_id))


def _place(tenant: Tenant) -> str:
    return f"{tenant.workspace_id}|{tenant.pk}|credential"


def _facts(credential: TenantCredential | None) -> dict[str, str | int] | None:
    if credential is None:
        return None
    facts: dict[str, str | int] = {"kind": credential.kind, "client_id": str(credential.client_id)}
    expiry = {"expires_at": credential.expires_at.isoformat()} if credential.expires_at else {}
    return facts | {"version": credential.version} | expiry
