"""The tables whose rows a tenant or a workspace owns, found from the models, so that none is forgotten."""

from django.apps import apps
from django.db import models

from tenantpilot.core.owned import WorkspaceOwned, references
from tenantpilot.tenancy.models import Tenant

Owned = type[WorkspaceOwned]


def owned_tables(owner: str) -> list[Owned]:
    """Return the models whose rows a "tenant" or "workspace" owns, each before what it points at."""
    owned = [model for model in apps.get_models() if issubclass(model, WorkspaceOwned) and _has(model, owner)]
    ordered: list[Owned] = []
    while owned:
        free = [model for model in owned if not any(_points_at(other, model) for other in owned)]
        ordered += free
        owned = [model for model in owned if model not in free]
        if not free:
            raise RuntimeError(f"these tables point at each other: {owned}")
    return ordered


def pointing_elsewhere(tenant: Tenant) -> dict[str, int]:
    """Return the count of rows of other tenants that point at this one, by model: they hold its rows."""
    counts: dict[str, int] = {}
    for model in owned_tables("tenant"):
        for field, parent in references(model):
            if parent is Tenant and field.name != "tenant":
                rows = model.everywhere.filter(**{field.name: tenant}).exclude(tenant=tenant)  # type: ignore[attr-defined]
                counts[str(model._meta.verbose_name_plural)] = rows.count()
    return {name: number for name, number in counts.items() if number}


def _points_at(model: Owned, other: Owned) -> bool:
    return model is not other and any(parent is other for _field, parent in references(model))


def _has(model: type[models.Model], owner: str) -> bool:
    return any(field.name == owner for field, _parent in references(model))
