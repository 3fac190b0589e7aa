"""Keys for one run: the passphrase or identity that a person gave for an export or an import.

A run's inputs are shown and kept for long, so they only name the row. The row is sealed, and deleted when the run ends.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, fingerprint, newest_key_id, seal, sealed_anew, unseal

LONGEST_LIFE = timedelta(days=2)


class TransferKey(TenantOwned):
    """A sealed passphrase or identity, as long as its run needs it."""

    sealed = models.BinaryField()
    key_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    objects: ClassVar[models.QuerySet["TransferKey"]] = scoped(models.QuerySet["TransferKey"])
    everywhere: ClassVar[models.QuerySet["TransferKey"]] = unscoped(models.QuerySet["TransferKey"])

    class Meta(TenantOwned.Meta):
        db_table = "backup_transfer_keys"

    def __str__(self) -> str:
        return f"transfer key {self.pk}"


def keep_key(tenant: Tenant, secret: str, *, now: datetime) -> TransferKey:
    """Seal the secret for a run. What earlier runs left behind goes."""
    TransferKey.everywhere.filter(tenant=tenant, created_at__lt=now - LONGEST_LIFE).delete()
    sealed = seal(secret, belongs_to=_place(tenant))
    key: TransferKey = TransferKey.everywhere.create(
        workspace_id=tenant.workspace_id, tenant=tenant, sealed=sealed.value, key_id=sealed.key_id, created_at=now
    )
    return key


def opened_key(tenant: Tenant, pk: int) -> str:
    """Return the secret. Raises ArchiveRefused if it is gone, or cannot be opened."""
    row = TransferKey.everywhere.filter(tenant=tenant, pk=pk).first()
    if row is None:
        raise ArchiveRefused("key_gone")
    try:
        return unseal(Sealed(row.key_id, bytes(row.sealed)), belongs_to=_place(tenant))
    except CannotOpen as error:
        raise ArchiveRefused("key_gone") from error


def forget_key(tenant: Tenant, pk: int) -> None:
    """Delete the key of a run that has ended."""
    TransferKey.everywhere.filter(tenant=tenant, pk=pk).delete()


def reseal_all() -> int:
    """Seal every key with the newest sealing key, and return their number. One that does not open ends with its run."""
    changed = 0
    for row in TransferKey.everywhere.exclude(key_id=newest_key_id()).select_related("tenant").order_by("pk"):
        with suppress(CannotOpen):
            fresh = sealed_anew(Sealed(row.key_id, bytes(row.sealed)), belongs_to=_place(row.tenant))
            same = TransferKey.everywhere.filter(pk=row.pk, key_id=row.key_id)
            changed += same.update(sealed=fresh.value, key_id=fresh.key_id)
    return changed


def sealed_with(key_id: str) -> int:
    """Count the keys that need this sealing key."""
    return int(TransferKey.everywhere.filter(key_id=key_id).count())


def mark_of(tenant: Tenant, secret: str) -> str:
    """Return a text that two requests share if they give the same secret, and that opens nothing."""
    return fingerprint(secret, belongs_to=_place(tenant), key_id=newest_key_id())[:16]


def _place(tenant: Tenant) -> str:
    return f"{tenant.workspace_id}|{tenant.pk}|transfer key"
