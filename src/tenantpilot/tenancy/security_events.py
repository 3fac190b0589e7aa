"""Audit entries of the installation about people: who came in, who was kept out, who changed what (SEC-08)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.people import User


def record(
    action: AuditAction,
    *,
    now: datetime,
    person: User | None = None,
    actor: User | None = None,
    client: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Append an entry about `person`, None for an account that does not exist. `client` is the address it came from."""
    facts = {**(after or {}), **({"client": client_mark(client)} if client else {})}
    with everything(), transaction.atomic():
        audit.record(
            action,
            workspace_id=audit.INSTALLATION,
            actor=actor,
            target_type="person" if person else "",
            target_id=person.pk if person else "",
            before=before,
            after=facts or None,
            at=now,
        )


def client_mark(address: str) -> str:
    """Return a mark for a network address in the audit log: equal for equal addresses, and not reversible.

    An address is personal data (OPS-12). `tenantpilot audit client ADDRESS` prints the mark to look for.
    """
    return salted_hmac("tenantpilot.client", address, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()[:12]
