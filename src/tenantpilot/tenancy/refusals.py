"""Audit entries of people who asked for a tenant that is not theirs (SEC-08)."""

from datetime import datetime, timedelta

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.tenancy.attempts import is_first_refusal
from tenantpilot.tenancy.audit_actions import TENANT_ACCESS_REFUSED
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.models import Tenant, User

AGAIN_AFTER = timedelta(hours=1)


def record_refusal(person: User, slug: str, *, now: datetime) -> None:
    """Append one entry an hour for each person and tenant, in the log of the tenant that was asked for.

    For an address where no tenant is the same is done in the installation's log, without the words that were asked
    for: neither the answer nor its time says which it was (SEC-02).
    """
    with everything():
        tenant = Tenant.everywhere.filter(slug=slug).values_list("pk", "workspace_id").first()
        tenant_id, workspace_id = tenant or (None, audit.INSTALLATION)
        with transaction.atomic():
            if is_first_refusal(person.pk, tenant_id, within=AGAIN_AFTER, now=now):
                audit.record(
                    TENANT_ACCESS_REFUSED,
                    workspace_id=workspace_id,
                    tenant_id=tenant_id,
                    actor=person,
                    at=now,
                )
