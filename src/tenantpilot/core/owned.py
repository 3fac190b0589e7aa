"""Tables that a workspace owns, and the keys that keep their rows from pointing into another workspace or tenant.

A table inherits `WorkspaceOwned` or `TenantOwned`, and nothing else has to be remembered: its keys follow from the
models (`owned_keys`), `migrate` writes them (`tenancy.owned_keys`), and `faults` names the table
that has escaped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import models
from django_scopes import ScopedManager

from tenantpilot.core.migration_sql import SAME, Statements, same

Model = type[models.Model]
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def scoped(query_set: type[Rows]) -> Rows:
    """Return a manager that refuses a query outside a workspace's scope; its type is that of the query set it asks."""
    return cast(Rows, ScopedManager(workspace="workspace", _manager_class=models.Manager.from_queryset(query_set)))


def unscoped(query_set: type[Rows]) -> Rows:
    """Return a manager of the rows of all workspaces: for the engine, commands and checks of access."""
    return cast(Rows, models.Manager.from_queryset(query_set)())


class WorkspaceOwned(models.Model):
    """A row of one workspace; it may be of one of its tenants as well, where it has a nullable tenant of its own.

    The model declares its two managers: `objects = scoped(...)`, and `everywhere = unscoped(...)`.
    """

    workspace = models.ForeignKey("tenancy.Workspace", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        base_manager_name = "everywhere"


class TenantOwned(WorkspaceOwned):
    """A row of one tenant, which is of one workspace."""

    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        abstract = True


@dataclass(frozen=True)
class OwnedKey:
    """Rows of `child` point by `column` only at rows of `parent` that have the same owner (a column of both)."""

    child: str
    column: str
    parent: str
    owner: str

    @property
    def name(self) -> str:
        return f"{self.child}_{self.column}_{SAME[self.owner]}"

    @property
    def install(self) -> Statements:
        return same(self.owner, self.child, self.column, self.parent)[0]

    @property
    def remove(self) -> Statements:
        return same(self.owner, self.child, self.column, self.parent)[1]


@dataclass(frozen=True)
class SharedOwner:
    """Rows of `child`, which has no owner of its own, point by both columns at rows of one workspace."""

    child: str
    column: str
    parent: str
    home_column: str
    home: str

    @property
    def name(self) -> str:
        return f"{self.child}_{self.column}_same_workspace"

    @property
    def install(self) -> Statements:
        wrong = (
            f"NEW.{self.column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {self.parent} p JOIN {self.home} h"
            f" ON h.workspace_id = p.workspace_id WHERE p.id = NEW.{self.column} AND h.id = NEW.{self.home_column})"
        )
        fault, changed = f"{self.name}: it points into another workspace", f"{self.column}, {self.home_column}"
        trigger = f"CREATE TRIGGER {self.name}"
        return {
            "postgresql": [
                f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {wrong} THEN RAISE EXCEPTION '{fault}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
                f" RETURN NEW; END $$",
                f"DROP TRIGGER IF EXISTS {self.name} ON {self.child}",
                f"{trigger} BEFORE INSERT OR UPDATE OF {changed} ON {self.child}"
                f" FOR EACH ROW EXECUTE FUNCTION {self.name}()",
            ],
            "sqlite": [
                *self.remove["sqlite"],
                f"{trigger}_insert BEFORE INSERT ON {self.child} WHEN {wrong}"
                f" BEGIN SELECT RAISE(ABORT, '{fault}'); END",
                f"{trigger}_update BEFORE UPDATE OF {changed} ON {self.child} WHEN {wrong}"
                f" BEGIN SELECT RAISE(ABORT, '{fault}'); END",
            ],
        }

    @property
    def remove(self) -> Statements:
        return {
            "postgresql": [f"DROP TRIGGER IF EXISTS {self.name} ON {self.child}"],
            "sqlite": [f"DROP TRIGGER IF EXISTS {self.name}_insert", f"DROP TRIGGER IF EXISTS {self.name}_update"],
        }


Key = OwnedKey | SharedOwner


def owned_keys(all_models: Iterable[Model]) -> list[Key]:
    """Return the key of every reference between owned models, one for each owner that both sides have."""
    return [key for model in all_models for key in (*_own_keys(model), *_shared_keys(model))]


def faults(all_models: Iterable[Model]) -> list[str]:
    """Return, model by model, the references that no key can hold, and what is to be done about it."""
    return [fault for model in all_models for fault in _faults_of(model)]


def _own_keys(model: Model) -> list[Key]:
    return [
        OwnedKey(model._meta.db_table, field.column, parent._meta.db_table, owner)
        for field, parent in references(model)
        for owner in SAME
        if _has(model, owner) and _has(parent, owner) and field.column != owner
    ]


def _shared_keys(model: Model) -> list[Key]:
    """Hold every further parent to the workspace of the first that each row has."""
    if _has(model, "workspace_id"):
        return []
    parents = [(field, parent) for field, parent in references(model) if _has(parent, "workspace_id")]
    home = next(((field, parent) for field, parent in parents if not field.null), None)
    return [
        SharedOwner(model._meta.db_table, field.column, parent._meta.db_table, home[0].column, home[1]._meta.db_table)
        for field, parent in parents
        if home is not None and field is not home[0]
    ]


def _faults_of(model: Model) -> list[str]:
    name = f"{model.__module__}.{model.__name__}"
    if not issubclass(model, WorkspaceOwned) and any(_has(model, owner) for owner in SAME):
        return [f"{name}: inherit WorkspaceOwned or TenantOwned, so that keys and managers follow"]
    if issubclass(model, WorkspaceOwned) and (fault := _fault_of_managers(model)):
        return [f"{name}: {fault}"]
    return [
        f"{name}.{field.name}: no key can hold it, for {parent.__name__} has no workspace of its own"
        for field, parent in references(model)
        if not _has(parent, "workspace_id") and any(_has(owner, "workspace_id") for _field, owner in references(parent))
    ]


def _fault_of_managers(model: Model) -> str:
    managers = {manager.name: manager for manager in model._meta.managers}
    if set(managers) != {"objects", "everywhere"} or model._meta.base_manager_name != "everywhere":
        return "declare the managers objects = scoped(...) and everywhere = unscoped(...), and inherit Meta"
    is_scoped = type(managers["objects"]).__qualname__.startswith(ScopedManager.__qualname__)
    return "" if is_scoped else "objects is not scoped: declare it with scoped(...)"


def references(model: Model) -> list[tuple["models.ForeignKey[models.Model, models.Model]", Model]]:
    """Return the foreign keys of the model's own table, with what they point at."""
    return [
        (field, field.related_model)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
    ]


def _has(model: Model, owner: str) -> bool:
    return any(field.column == owner for field, _parent in references(model))
