"""The operations that touched one policy: bulk work on it, captures, and the sync that saw it last."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicySelection
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion

LOOKED_AT = 200
SHOWN = 20


@dataclass(frozen=True)
class Touch:
    """A run, and what it did with the policy."""

    run: OperationRun
    words: str


def runs_touching(tenant: Tenant, policy: Policy) -> list[Touch]:
    """Return the newest runs that worked on the policy, read a version of it, or saw it last. Three queries."""
    types = [
        operation_type.key
        for operation_type in operation_types.all()
        if issubclass(operation_type.inputs, PolicySelection)
    ]
    of_policies = OperationRun.objects.of_tenant(tenant).filter(type__in=types).newest_first()
    recent = list(of_policies.values_list("pk", flat=True)[:LOOKED_AT])
    items = RunItem.objects.filter(run__in=recent, key=str(policy.pk)).order_by("-run")[:SHOWN]
    words = {item.run_id: item.get_state_display() for item in items}
    for run_id, number in PolicyVersion.objects.of_policy(policy).newest_first().values_list("run", "number")[:SHOWN]:
        words[run_id] = _("Took version %(number)d") % {"number": number}
    if policy.last_seen_run_id:
        words.setdefault(policy.last_seen_run_id, _("Saw this policy last"))
    runs = OperationRun.objects.of_tenant(tenant).filter(pk__in=[pk for pk in words if pk]).newest_first().for_list()
    return [Touch(run, str(words[run.pk])) for run in runs[:SHOWN]]
