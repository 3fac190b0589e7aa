"""Secrets at rest open only where they belong (SEC-03, OPS-12)."""

import base64
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import override_settings

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy import credentials
from tenantpilot.tenancy.credentials import CredentialMissing, Resealed, open_credential, reseal_all, store_credential
from tenantpilot.tenancy.models import Tenant, TenantCredential, User
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, SealingNotConfigured, new_key, seal, sealed_anew, unseal
from tests.operations.kit import NOON

pytestmark = pytest.mark.contract

OLD, NEW, OTHER = new_key("old"), new_key("new"), new_key("old")
SECRET = "hV8Q~x3kTz.P0aLq-9Zr_uWb7NcYdEfGhIjKl"
APP = UUID("55555555-5555-4555-8555-555555555555")


def keep(tenant: Tenant, secret: str = SECRET, actor: User | None = None) -> TenantCredential:
    return store_credential(
        tenant=tenant, kind="secret", client_id=APP, secret=secret, expires_at=None, actor=actor, now=NOON
    )


@override_settings(SEALING_KEYS=[OLD])
def test_what_is_sealed_opens_in_its_place() -> None:
    """OPS-12."""
    assert unseal(seal(SECRET, belongs_to="1|2|credential"), belongs_to="1|2|credential") == SECRET


@override_settings(SEALING_KEYS=[OLD])
def test_the_same_secret_never_looks_the_same() -> None:
    """OPS-12."""
    assert seal(SECRET, belongs_to="a").value != seal(SECRET, belongs_to="a").value
    assert SECRET.encode() not in seal(SECRET, belongs_to="a").value


@override_settings(SEALING_KEYS=[OLD])
def test_a_sealed_value_that_was_moved_or_changed_does_not_open() -> None:
    """SEC-03: bound to workspace, tenant and field; every byte counts."""
    sealed = seal(SECRET, belongs_to="1|2|credential")
    for place in ("1|3|credential", "2|2|credential", "1|2|other", ""):
        with pytest.raises(CannotOpen):
            unseal(sealed, belongs_to=place)
    for position in range(0, len(sealed.value), 5):
        broken = bytearray(sealed.value)
        broken[position] ^= 1
        with pytest.raises(CannotOpen):
            unseal(Sealed("old", bytes(broken)), belongs_to="1|2|credential")
    for short in (b"", b"x", sealed.value[:12], sealed.value[:-1]):
        with pytest.raises(CannotOpen):
            unseal(Sealed("old", short), belongs_to="1|2|credential")


def test_another_key_does_not_open_it_whatever_it_is_called() -> None:
    """OPS-12."""
    with override_settings(SEALING_KEYS=[OLD]):
        sealed = seal(SECRET, belongs_to="a")
    for keys in ([NEW], [OTHER]):
        with override_settings(SEALING_KEYS=keys), pytest.raises(CannotOpen):
            unseal(sealed, belongs_to="a")


def test_the_first_key_seals_and_every_key_opens() -> None:
    with override_settings(SEALING_KEYS=[OLD]):
        sealed = seal(SECRET, belongs_to="a")
    with override_settings(SEALING_KEYS=[NEW, OLD]):
        assert unseal(sealed, belongs_to="a") == SECRET
        assert seal(SECRET, belongs_to="a").key_id == "new"


@pytest.mark.parametrize(
    "keys", [[], ["old"], ["old:"], ["old:short"], [":" + OLD], ["old:" + base64.b64encode(b"x" * 31).decode()]]
)
def test_a_key_that_is_missing_or_unreadable_is_said(keys: list[str]) -> None:
    with override_settings(SEALING_KEYS=keys), pytest.raises(SealingNotConfigured):
        seal(SECRET, belongs_to="a")


@override_settings(SEALING_KEYS=[OLD])
def test_a_stored_credential_is_nowhere_in_plain(contoso: Tenant, alice: User) -> None:
    """OPS-12: not in its row, not in the audit log, not when it is printed."""
    keep(contoso, actor=alice)
    assert open_credential(contoso).secret == SECRET
    assert SECRET not in repr(open_credential(contoso))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM tenant_credentials")
        assert SECRET.encode() not in bytes(cursor.fetchone()[0])
    entry = AuditLog.objects.get(action="tenant.credential_changed")
    assert SECRET not in str(entry.__dict__)
    assert entry.actor_id == alice.pk


@override_settings(SEALING_KEYS=[OLD])
def test_a_ciphertext_copied_to_another_tenant_does_not_open_there(contoso: Tenant, fabrikam: Tenant) -> None:
    """SEC-03."""
    keep(contoso)
    keep(fabrikam, "another secret")
    stolen = TenantCredential.everywhere.get(tenant=contoso)
    TenantCredential.everywhere.filter(tenant=fabrikam).update(sealed=stolen.sealed)
    with pytest.raises(CannotOpen) as refused:
        open_credential(fabrikam)
    assert refused.value.reason_code == "credential_unreadable"
    assert SECRET not in str(refused.value)


def test_rotation_reseals_everything_and_may_be_repeated(contoso: Tenant, fabrikam: Tenant) -> None:
    with override_settings(SEALING_KEYS=[OLD]):
        keep(contoso)
        keep(fabrikam)
    with override_settings(SEALING_KEYS=[NEW, OLD]):
        assert reseal_all() == Resealed(2, ())
        assert reseal_all() == Resealed(0, ())
    with override_settings(SEALING_KEYS=[NEW]):
        assert open_credential(contoso).secret == SECRET


def test_rotation_goes_past_what_no_key_opens(contoso: Tenant, fabrikam: Tenant) -> None:
    with override_settings(SEALING_KEYS=[OTHER]):
        keep(contoso)
    with override_settings(SEALING_KEYS=[OLD]):
        keep(fabrikam)
    with override_settings(SEALING_KEYS=[NEW, OLD]):
        assert reseal_all() == Resealed(1, (contoso.pk,))
        assert open_credential(fabrikam).secret == SECRET


def test_a_credential_changed_during_rotation_is_kept(contoso: Tenant, monkeypatch: Any) -> None:
    """Rotation under load never brings an old secret back."""
    with override_settings(SEALING_KEYS=[OLD]):
        keep(contoso)
    with override_settings(SEALING_KEYS=[NEW, OLD]):

        def while_somebody_stores(sealed: Sealed, *, belongs_to: str) -> Sealed:
            monkeypatch.undo()
            keep(contoso, "the new secret")
            return sealed_anew(sealed, belongs_to=belongs_to)

        monkeypatch.setattr(credentials, "sealed_anew", while_somebody_stores)
        assert reseal_all() == Resealed(0, ())
        assert open_credential(contoso).secret == "the new secret"


@override_settings(SEALING_KEYS=[OLD])
def test_each_change_is_a_new_version(contoso: Tenant) -> None:
    assert [keep(contoso).version, keep(contoso).version] == [1, 2]
    assert open_credential(contoso).version == 2


def test_a_tenant_without_a_credential_says_so(contoso: Tenant) -> None:
    with pytest.raises(CredentialMissing) as missing:
        open_credential(contoso)
    assert missing.value.reason_code == "credential_missing"
