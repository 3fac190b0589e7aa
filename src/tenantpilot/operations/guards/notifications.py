"""A notification names the tenant of its run, on both engines: who may read it is decided by that alone (SEC-02)."""

from tenantpilot.core.migration_sql import Statements, same_workspace, together
from tenantpilot.operations.guards.triggers import calling, refusing

_ELSEWHERE = (
    "NEW.run_id IS NOT NULL AND EXISTS"
    " (SELECT 1 FROM operation_runs WHERE id = NEW.run_id AND tenant_id {differs} NEW.tenant_id)"
)
_NAME, _WORDS = "notification_of_its_tenant", "what is told of a run belongs to the tenant of the run"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION notification_tenant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_ELSEWHERE.format(differs="IS DISTINCT FROM")} THEN
    PERFORM operations_refuse('{_NAME}', '{_WORDS}');
  END IF;
  RETURN NEW;
END $$
"""

NAMES: dict[str, tuple[str, ...]] = {"sqlite": (_NAME, "notification_tenant_fixed"), "postgresql": (_NAME,)}

# On PostgreSQL `notification_fixed` speaks of every column.
_TRIGGERS: tuple[Statements, Statements] = (
    {
        "sqlite": [
            *refusing(
                _NAME, "BEFORE INSERT ON notifications", _ELSEWHERE.format(differs="IS NOT"), f"{_NAME}: {_WORDS}"
            ),
            *refusing(
                "notification_tenant_fixed",
                "BEFORE UPDATE OF tenant_id ON notifications",
                "NEW.tenant_id IS NOT OLD.tenant_id",
                "notification_fixed: of a notification only the reading changes",
            ),
        ],
        "postgresql": [
            _FUNCTION,
            *calling(_NAME, "BEFORE INSERT ON notifications FOR EACH ROW", "notification_tenant_guard()"),
        ],
    },
    {
        "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES["sqlite"]],
        "postgresql": [f"DROP TRIGGER IF EXISTS {_NAME} ON notifications"],
    },
)

INSTALL, REMOVE = together(same_workspace("notifications", "tenant_id", "tenants"), _TRIGGERS)
