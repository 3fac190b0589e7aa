"""The words for the state of a connection, shared by the page's badges and `tenantpilot doctor`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tenantpilot.tenancy.models import TenantCredential

EXPIRES_SOON = timedelta(days=30)


def reading(*, is_readable: bool, reason_code: str) -> str:
    """Return the value of the `permission` badge. A type that failed otherwise says nothing of permissions."""
    if is_readable:
        return "granted"
    return "missing" if reason_code == "permission_missing" else "unknown"


def writing(is_writable: bool | None) -> str:
    """Return the value of the `permission` badge; None where the token does not say."""
    return "unknown" if is_writable is None else "granted" if is_writable else "missing"


def optional(missing: Iterable[Iterable[str] | None], name: str) -> str:
    """Return the value of the `optional_permission` badge, from what each policy type lacks; None says nothing."""
    answers = [names for names in missing if names is not None]
    if not answers:
        return "unknown"
    return "not_granted" if any(name in names for names in answers) else "granted"


def expiry(credential: TenantCredential | None, *, now: datetime) -> str:
    """Return the value of the `credential` badge."""
    if credential is None:
        return "none"
    if credential.expires_at is None:
        return "open"
    if credential.expires_at <= now:
        return "expired"
    return "soon" if credential.expires_at - now < EXPIRES_SOON else "valid"
