"""Names of settings, as Graph's setting definitions have them. Only handlers import it: it reaches Graph (GUARD-F)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphNotFound, GraphStopped
from tenantpilot.graph.read.definitions import categories_by_ids, definitions_by_ids
from tenantpilot.inventory.observing import storable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.index_models import LONGEST_CATEGORY_ID, LONGEST_LABEL, SettingDefinition, SettingValue
from tenantpilot.versions.states import Origin

log = structlog.get_logger(__name__)

MOST = 5_000
"""The most names that one run asks for."""
CHUNK = 200
LOOKED_UP_AGAIN_AFTER = timedelta(days=1)
MOST_CHOICES = 200
FIELDS = ("label", "choices", "looked_up_at", "category_id", "category")


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
    """Read the names that are missing; without them the settings are shown by their ids, which fails no run.

    Raises GraphStopped.
    """
    try:
        read_setting_names(client, tenant, now=now)
    except GraphStopped:
        raise
    except GraphError as error:
        log.warning("setting_names_not_read", tenant=tenant.pk, reason=error.reason_code)


def has_unnamed(tenant: Tenant, *, now: datetime) -> bool:
    """Return True if there is a name to ask for."""
    return _due(tenant, now=now).exists()


def _due(tenant: Tenant, *, now: datetime) -> QuerySet[SettingDefinition]:
    used = SettingValue.everywhere.filter(tenant=tenant, definition=OuterRef("pk"))
    rows = SettingDefinition.everywhere.filter(workspace=tenant.workspace_id, origin=Origin.CATALOG)
    rows = rows.filter(Q(label="") | Q(category_id=None))
    return rows.filter(Exists(used)).exclude(looked_up_at__gt=now - LOOKED_UP_AGAIN_AFTER)


def _unnamed(tenant: Tenant, *, now: datetime) -> Iterator[list[SettingDefinition]]:
    definitions = list(_due(tenant, now=now).order_by("pk")[:MOST])
    yield from (definitions[start : start + CHUNK] for start in range(0, len(definitions), CHUNK))


def _name(client: GraphClient, rows: list[SettingDefinition], *, now: datetime) -> int:
    named = 0
    answers = definitions_by_ids(client, [row.key for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        row.looked_up_at = now
        if not isinstance(answer, GraphError):
            row.label = _label(answer)
            row.choices = _choices(row.key, answer)
            row.category_id = str(storable(answer.get("categoryId") or ""))[:LONGEST_CATEGORY_ID]
            named += bool(row.label)
        elif not isinstance(answer, GraphNotFound):
            raise answer
    _name_categories(client, rows)
    SettingDefinition.everywhere.bulk_update(rows, FIELDS, batch_size=CHUNK)
    return named


def _name_categories(client: GraphClient, rows: list[SettingDefinition]) -> None:
    """Give the rows the names of their categories: known ones by the workspace, the others by Graph. Raises GraphError.

    A category that Graph does not know has an empty name, so it is not asked for again.
    """
    category_ids = {row.category_id for row in rows if row.category_id}
    if not category_ids:
        return
    names_by_id = dict(
        SettingDefinition.everywhere.filter(workspace=rows[0].workspace_id, category_id__in=category_ids)
        .exclude(category=None)
        .values_list("category_id", "category")
    )
    missing = sorted(category_ids - names_by_id.keys())
    for category_id, answer in zip(missing, categories_by_ids(client, missing), strict=True):
        if isinstance(answer, GraphError) and not isinstance(answer, GraphNotFound):
            raise answer
        names_by_id[category_id] = "" if isinstance(answer, GraphError) else _label(answer)
    for row in rows:
        row.category = names_by_id.get(row.category_id or "")


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
