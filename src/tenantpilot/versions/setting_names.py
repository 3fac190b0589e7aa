"""Names of settings, as Graph's setting definitions have them. Only handlers import it: it reaches Graph (GUARD-F)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, QuerySet

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphNotFound
from tenantpilot.graph.read.definitions import definitions_by_ids
from tenantpilot.inventory.observing import storable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.index_models import LONGEST_LABEL, SettingDefinition, SettingValue
from tenantpilot.versions.states import Origin

log = structlog.get_logger(__name__)

MOST = 5_000
"""So many names are asked for in one run."""
CHUNK = 200
LOOKED_UP_AGAIN_AFTER = timedelta(days=1)
MOST_CHOICES = 200


def read_setting_names(client: GraphClient, tenant: Tenant, *, now: datetime) -> int:
    """Ask Graph for the names of the settings that the tenant's policies have and nobody knows; return how many came.

    A name is the same in every tenant, so it is read once for a workspace. One that Graph does not know is asked for
    again after a day. Raises GraphError when nothing can be read.
    """
    named = 0
    for chunk in _unnamed(tenant, now=now):
        named += _name(client, chunk, now=now)
    return named


def name_settings(client: GraphClient, tenant: Tenant, *, now: datetime) -> None:
    """Read the names that are missing; without them the settings are shown by their ids, which fails no run."""
    try:
        read_setting_names(client, tenant, now=now)
    except GraphError as error:
        log.warning("setting_names_not_read", tenant=tenant.pk, reason=error.reason_code)


def has_unnamed(tenant: Tenant, *, now: datetime) -> bool:
    """Return True if there is a name to ask for."""
    return _due(tenant, now=now).exists()


def _due(tenant: Tenant, *, now: datetime) -> QuerySet[SettingDefinition]:
    used = SettingValue.everywhere.filter(tenant=tenant, definition=OuterRef("pk"))
    rows = SettingDefinition.everywhere.filter(workspace=tenant.workspace_id, origin=Origin.CATALOG, label="")
    return rows.filter(Exists(used)).exclude(looked_up_at__gt=now - LOOKED_UP_AGAIN_AFTER)


def _unnamed(tenant: Tenant, *, now: datetime) -> Iterator[list[SettingDefinition]]:
    found = list(_due(tenant, now=now).order_by("pk")[:MOST])
    yield from (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


def _name(client: GraphClient, rows: list[SettingDefinition], *, now: datetime) -> int:
    named = 0
    answers = definitions_by_ids(client, [row.key for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        row.looked_up_at = now
        if not isinstance(answer, GraphError):
            row.label = _label(answer)
            row.choices = _choices(row.key, answer)
            named += bool(row.label)
        elif not isinstance(answer, GraphNotFound):
            raise answer
    SettingDefinition.everywhere.bulk_update(rows, ["label", "choices", "looked_up_at"], batch_size=CHUNK)
    return named


def _label(answer: Mapping[str, Any]) -> str:
    name = answer.get("displayName") or answer.get("name")
    return str(storable(name))[:LONGEST_LABEL] if isinstance(name, str) else ""


def _choices(key: str, answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the values, by what the value says beyond the setting's own id."""
    options = answer.get("options")
    names: dict[str, str] = {}
    for option in options[:MOST_CHOICES] if isinstance(options, list) else ():
        item_id, name = (option.get("itemId"), option.get("displayName")) if isinstance(option, dict) else (None, None)
        if isinstance(item_id, str) and isinstance(name, str):
            short = item_id[len(key) + 1 :] if item_id.lower().startswith(f"{key}_") else item_id
            names[str(storable(short))[:200]] = str(storable(name))[:200]
    return names
