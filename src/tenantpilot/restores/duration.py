"""The least time that a restore takes: Microsoft limits the writes of an application in a tenant.

Source: https://learn.microsoft.com/graph/throttling-limits
"""

from collections.abc import Iterable

from tenantpilot.restores.states import WRITING, Action

SECONDS_A_WRITE = 0.2
"""Intune takes 100 writes in 20 seconds."""
SECONDS_A_WRITE_OF_ENTRA = 1.0
OF_ENTRA = ("conditionalAccessPolicy", "namedLocation", "authenticationStrength", "group")


def least_seconds(items: Iterable[tuple[str, str, bool]]) -> float:
    """Return the least seconds for items, each as type, action, and whether its assignments are written too."""
    seconds = 0.0
    for kind, action, assigns in items:
        if action in WRITING:
            writes = 2 if assigns and action != Action.DELETE else 1
            seconds += writes * (SECONDS_A_WRITE_OF_ENTRA if kind in OF_ENTRA else SECONDS_A_WRITE)
    return seconds
