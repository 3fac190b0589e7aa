"""A notification names the tenant of its run, on both engines: who may read it is decided by that alone (SEC-02)."""

from tenantpilot.core.migrating import Statements, same_workspace, together

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
            f"DROP TRIGGER IF EXISTS {_NAME}",
            f"CREATE TRIGGER {_NAME} BEFORE INSERT ON notifications WHEN {_ELSEWHERE.format(differs='IS NOT')}"
            f" BEGIN SELECT RAISE(ABORT, '{_NAME}: {_WORDS}'); END",
            "DROP TRIGGER IF EXISTS notification_tenant_fixed",
            "CREATE TRIGGER notification_tenant_fixed BEFORE UPDATE OF tenant_id ON notifications"
            " WHEN NEW.tenant_id IS NOT OLD.tenant_id"
            " BEGIN SELECT RAISE(ABORT, 'notification_fixed: of a notification only the reading changes'); END",
        ],
        "postgresql": [
            _FUNCTION,
            f"DROP TRIGGER IF EXISTS {_NAME} ON notifications",
            f"CREATE TRIGGER {_NAME} BEFORE INSERT ON notifications"
            " FOR EACH ROW EXECUTE FUNCTION notification_tenant_guard()",
        ],
    },
    {
        "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES["sqlite"]],
        "postgresql": [f"DROP TRIGGER IF EXISTS {_NAME} ON notifications"],
    },
)

INSTALL, REMOVE = together(same_workspace("notifications", "tenant_id", "tenants"), _TRIGGERS)
