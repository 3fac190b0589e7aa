"""Guard the owner of a schedule, on both engines: a tenant's schedule never becomes one of the whole workspace."""

from tenantpilot.core.migration_sql import Statements, same_workspace, together
from tenantpilot.operations.guards.triggers import calling, refusing

_NAME, _WORDS = "schedule_owner_fixed", "a schedule stays with its tenant or its workspace"
_EVENT = "BEFORE UPDATE OF tenant_id, workspace_id ON schedules"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION schedule_owner_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.tenant_id IS DISTINCT FROM OLD.tenant_id OR NEW.workspace_id IS DISTINCT FROM OLD.workspace_id THEN
    PERFORM operations_refuse('{_NAME}', '{_WORDS}');
  END IF;
  RETURN NEW;
END $$
"""
_CHANGED = "NEW.tenant_id IS NOT OLD.tenant_id OR NEW.workspace_id IS NOT OLD.workspace_id"

NAMES: dict[str, tuple[str, ...]] = {"sqlite": (_NAME,), "postgresql": (_NAME,)}

_TRIGGERS: tuple[Statements, Statements] = (
    {
        "sqlite": [*refusing(_NAME, _EVENT, _CHANGED, f"{_NAME}: {_WORDS}")],
        "postgresql": [_FUNCTION, *calling(_NAME, f"{_EVENT} FOR EACH ROW", "schedule_owner_guard()")],
    },
    {
        "sqlite": [f"DROP TRIGGER IF EXISTS {_NAME}"],
        "postgresql": [f"DROP TRIGGER IF EXISTS {_NAME} ON schedules"],
    },
)

INSTALL, REMOVE = together(same_workspace("schedules", "tenant_id", "tenants"), _TRIGGERS)
