"""Reading Microsoft's audit events: who changed which object of Intune or of Conditional Access, and when.

Source: https://learn.microsoft.com/graph/api/resources/intune-auditing-auditevent
https://learn.microsoft.com/graph/api/directoryaudit-list (takes the permission AuditLog.Read.All)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.directory import DIRECTORY_AUDITS

PERSON, APPLICATION = "person", "application"


@dataclass(frozen=True)
class AuditEvent:
    """A change that succeeded: when it was, the objects that it concerned, and who made it."""

    at: datetime
    resource_ids: tuple[str, ...]
    kind: str
    actor: str


def audit_events(client: GraphClient, since: datetime, until: datetime) -> list[AuditEvent]:
    """Return the changes in the span. An event that names nobody or nothing is left out. Raises GraphError."""
    contract = registry.get("auditEvent")
    items = client.iterate(contract.collection, {**contract.wishes, "$filter": _span(since, until)})
    return [event for item in items if (event := _event(item)) is not None]


def directory_events(client: GraphClient, since: datetime, until: datetime) -> list[AuditEvent]:
    """Return the changes of policies of Entra in the span, as its own audit log has them. Raises GraphError."""
    condition = f"category eq 'Policy' and {_span(since, until)}"
    items = client.iterate(DIRECTORY_AUDITS, {"$filter": condition})
    return [event for item in items if (event := _directory_event(item)) is not None]


def _span(since: datetime, until: datetime) -> str:
    return f"activityDateTime ge {_stamp(since)} and activityDateTime le {_stamp(until)}"


def _event(item: Mapping[str, Any]) -> AuditEvent | None:
    at, (kind, actor) = _moment(item.get("activityDateTime")), _actor(item.get("actor"))
    resources = item.get("resources")
    rows = [row for row in resources if isinstance(row, dict)] if isinstance(resources, list) else []
    ids = tuple(str(row["resourceId"]).lower() for row in rows if row.get("resourceId"))
    if item.get("activityResult") != "Success" or at is None or not actor or not ids:
        return None
    return AuditEvent(at, ids, kind, actor)


def _directory_event(item: Mapping[str, Any]) -> AuditEvent | None:
    at, initiator = _moment(item.get("activityDateTime")), item.get("initiatedBy")
    kind, actor = _initiator(initiator) if isinstance(initiator, dict) else ("", "")
    targets = item.get("targetResources")
    rows = [row for row in targets if isinstance(row, dict)] if isinstance(targets, list) else []
    ids = tuple(str(row["id"]).lower() for row in rows if row.get("id"))
    if item.get("result") != "success" or at is None or not actor or not ids:
        return None
    return AuditEvent(at, ids, kind, actor)


def _initiator(initiator: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kind of actor and its name; one of person and application is null."""
    person, app = initiator.get("user"), initiator.get("app")
    if isinstance(person, dict) and isinstance(name := person.get("userPrincipalName"), str) and name:
        return PERSON, name
    facts = app if isinstance(app, dict) else {}
    name = facts.get("displayName") or facts.get("servicePrincipalName") or facts.get("appId")
    return APPLICATION, name if isinstance(name, str) else ""


def _actor(actor: object) -> tuple[str, str]:
    """Return the kind of actor and its name; a person has a name to sign in with."""
    if not isinstance(actor, dict):
        return "", ""
    if isinstance(person := actor.get("userPrincipalName"), str) and person:
        return PERSON, person
    name = actor.get("applicationDisplayName") or actor.get("servicePrincipalName") or actor.get("applicationId")
    return APPLICATION, name if isinstance(name, str) else ""


def _moment(text: object) -> datetime | None:
    """Return a time as Graph writes it, with up to seven digits of a second."""
    if not isinstance(text, str):
        return None
    seconds, _dot, fraction = text.removesuffix("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{seconds}.{fraction[:6].ljust(6, '0')}").replace(tzinfo=UTC)
    except ValueError:
        return None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
