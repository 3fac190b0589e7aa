"""Words for the tenants that a schedule or a run of a workspace is about."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.operations.models import OperationRun, Schedule


def words_of_schedule(schedule: Schedule) -> str:
    """Empty where it is not about several tenants, or cannot be read."""
    return _words(schedule.type, schedule.inputs)


def words_of_run(run: OperationRun) -> str:
    """Empty where it is not about several tenants, or cannot be read."""
    return _words(run.type, run.inputs)


def _words(type_key: str, stored: Mapping[str, Any]) -> str:
    if type_key != TENANTS_SYNC.key:
        return ""
    try:
        tenants = TenantsInputs.from_json(stored).tenants
    except StoredDataUnreadable:
        return ""
    if not isinstance(tenants, TenantFilter):
        return ngettext("%(number)d tenant", "%(number)d tenants", len(tenants)) % {"number": len(tenants)}
    return _("Tenants named like “%(text)s”") % {"text": tenants.q} if tenants.q else _("Every tenant")
