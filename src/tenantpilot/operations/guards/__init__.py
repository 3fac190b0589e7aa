"""The rules that the database itself keeps, written once for each engine (OPS-04, OPS-05, OPS-23, OPS-24)."""

from tenantpilot.core.migration_sql import Statements, same_workspace, together
from tenantpilot.operations.guards import items, notifications, postgresql, schedules, spending, sqlite

TRIGGERS: tuple[Statements, Statements] = (
    {"postgresql": postgresql.INSTALL, "sqlite": sqlite.INSTALL},
    {"postgresql": postgresql.REMOVE, "sqlite": sqlite.REMOVE},
)

INSTALL, REMOVE = together(
    same_workspace("operation_runs", "tenant_id", "tenants"),
    same_workspace("operation_runs", "retry_of_id", "operation_runs"),
    same_workspace("notifications", "run_id", "operation_runs"),
    TRIGGERS,
)

# Every name that must exist in a healthy database; the doctor and a test compare.
EXPECTED_TRIGGERS = {
    "postgresql": (
        *postgresql.NAMES,
        *items.NAMES["postgresql"],
        *notifications.NAMES["postgresql"],
        *schedules.NAMES["postgresql"],
        *spending.NAMES["postgresql"],
    ),
    "sqlite": (
        *sqlite.NAMES,
        *items.NAMES["sqlite"],
        *notifications.NAMES["sqlite"],
        *schedules.NAMES["sqlite"],
        *spending.NAMES["sqlite"],
    ),
}
