"""People behind changes: filled into versions once, from Microsoft's audit events. Only handlers import it (GUARD-F).

Changes of Conditional Access, and of what it refers to, stand in the audit log of Entra; all others in that of Intune.

The feed lags behind, so what no event explains yet is looked for again by the captures of the next days. Without the
permission nobody is known, and no run fails for it. The names stand in the version alone: never in a run or a log.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import structlog

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphStopped
from tenantpilot.graph.read.audit import AuditEvent, audit_events, directory_events
from tenantpilot.inventory.observing import storable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.states import Change, Confidence

log = structlog.get_logger(__name__)

OF_ENTRA = frozenset({"authenticationStrength", "conditionalAccessPolicy", "namedLocation"})
"""The policy types whose changes Entra records."""
LAG = timedelta(minutes=15)
LOOKED_FOR = timedelta(days=2)
FURTHEST_BACK = timedelta(days=30)
"""Microsoft keeps the events for longer; a change that nobody captured for so long has too many possible makers."""
AT_MOST = 500
MOST_ACTORS = 10
LONGEST_NAME = 200


Feed = Callable[[GraphClient, datetime, datetime], list[AuditEvent]]


@dataclass(frozen=True)
class Window:
    """A version without an actor, and the span in which its change was made."""

    version: PolicyVersion
    graph_id: str
    after: datetime
    until: datetime

    @property
    def is_in_entra(self) -> bool:
        return self.version.policy.type in OF_ENTRA

    def holds(self, event: AuditEvent) -> bool:
        return self.graph_id in event.resource_ids and self.after < event.at <= self.until


def fill_actors(client: GraphClient, tenant: Tenant, *, now: datetime) -> int:
    """Fill in who changed what was captured lately; return the number of versions that have somebody now."""
    windows = _windows(tenant, now=now)
    in_entra = [window for window in windows if window.is_in_entra]
    in_intune = [window for window in windows if not window.is_in_entra]
    filled = _fill_from(audit_events, client, tenant, in_intune)
    return filled + _fill_from(directory_events, client, tenant, in_entra)


def _fill_from(feed: Feed, client: GraphClient, tenant: Tenant, windows: Sequence[Window]) -> int:
    """Fill the windows from one feed. Without the permission to read it, nobody is known. Raises GraphStopped."""
    if not windows:
        return 0
    try:
        events = feed(client, min(window.after for window in windows), max(window.until for window in windows))
    except GraphStopped:
        raise
    except GraphError as error:
        log.info("actors_not_read", tenant=tenant.pk, reason=error.reason_code)
        return 0
    return sum(_fill(window, events) for window in windows)


def _windows(tenant: Tenant, *, now: datetime) -> list[Window]:
    """Return the spans between the version before and the reading of each version that has no actor."""
    unknown = PolicyVersion.everywhere.of_tenant(tenant).filter(
        actor_confidence=Confidence.UNKNOWN, read_at__gte=now - LOOKED_FOR
    )
    versions = list(
        unknown.exclude(change__in=(Change.FIRST, Change.REPAIR)).select_related("policy").order_by("-pk")[:AT_MOST]
    )
    before = _times_before(versions)
    return [
        Window(
            version,
            version.policy.graph_id.lower(),
            max(before[version.policy_id, version.number], version.read_at - FURTHEST_BACK),
            version.read_at + LAG,
        )
        for version in versions
        if (version.policy_id, version.number) in before
    ]


def _times_before(versions: Sequence[PolicyVersion]) -> dict[tuple[int, int], datetime]:
    """Return the time at which the version before each was read, by the policy and the number of the later one."""
    policies = {version.policy_id for version in versions}
    times: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = PolicyVersion.everywhere.filter(policy__in=policies).order_by("policy", "number")
    for policy_id, number, read_at in rows.values_list("policy", "number", "read_at"):
        times[policy_id].append((number, read_at))
    return {
        (policy_id, later[0]): earlier[1]
        for policy_id, readings in times.items()
        for earlier, later in pairwise(readings)
    }


def _fill(window: Window, events: Sequence[AuditEvent]) -> bool:
    """Fill in the actors of the window, once: the database refuses a second time."""
    actors = dict.fromkeys((event.kind, event.actor) for event in events if window.holds(event))
    if not actors:
        return False
    names = [{"kind": kind, "name": str(storable(name))[:LONGEST_NAME]} for kind, name in list(actors)[:MOST_ACTORS]]
    confidence = Confidence.LIKELY if len(names) == 1 else Confidence.ONE_OF
    still_unknown = PolicyVersion.everywhere.filter(pk=window.version.pk, actor_confidence=Confidence.UNKNOWN)
    return bool(still_unknown.update(actor_confidence=confidence, actors=names))
