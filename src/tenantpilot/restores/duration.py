"""The least time that a restore takes: Microsoft limits the writes of an application in a tenant.

Source: https://learn.microsoft.com/graph/throttling-limits
"""

from collections.abc import Iterable

from tenantpilot.restores.assigning import rule_for
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.states import WRITING, Action, Assignments
from tenantpilot.versions.index_models import Assignment

SECONDS_A_WRITE = 0.2
"""Intune takes 100 writes in 20 seconds."""
SECONDS_A_WRITE_OF_ENTRA = 1.0
OF_ENTRA = ("conditionalAccessPolicy", "namedLocation", "authenticationStrength", "group")


def least_seconds(items: Iterable[tuple[str, str, bool]]) -> float:
    """Return the least seconds for items, each as type, action, and whether its assignments are written too."""
    seconds = 0.0
    for policy_type, action, assigns in items:
        if action in WRITING:
            writes = 2 if assigns and action != Action.DELETE else 1
            seconds += writes * (SECONDS_A_WRITE_OF_ENTRA if policy_type in OF_ENTRA else SECONDS_A_WRITE)
    return seconds


def least_seconds_of(restore: RestoreRun) -> float:
    """Return the least seconds for a restore as it was previewed.

    An object that is there may need its body or its assignments alone, so it counts as one write.
    """
    rows = RestoreItem.everywhere.of_run(restore.pk).filter(action__in=WRITING)
    assigned = _assigned_policies(restore) if _assigns_new_ones(restore) else frozenset()
    return least_seconds(
        (policy_type, action, action == Action.CREATE and policy in assigned)
        for policy_type, action, policy in rows.values_list("type", "action", "version__policy")
    )


def _assigns_new_ones(restore: RestoreRun) -> bool:
    return rule_for(restore.chosen, is_new=True, same_tenant=restore.is_same_tenant) is not Assignments.NONE


def _assigned_policies(restore: RestoreRun) -> frozenset[int]:
    """Return the policies to create whose newest version has assignments."""
    created = RestoreItem.everywhere.of_run(restore.pk).filter(action=Action.CREATE).values("version__policy")
    assignments = Assignment.everywhere.of_tenant(restore.tenant).filter(policy__in=created)
    return frozenset(assignments.values_list("policy_id", flat=True).distinct())
