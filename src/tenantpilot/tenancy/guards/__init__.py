"""The database refuses references across workspaces (SEC-03), and to take back the removal of a tenant."""

from tenantpilot.core.migration_sql import Statements, same_workspace, together

_TENANT_STAYS: tuple[Statements, Statements] = (
    {
        "sqlite": [
            "DROP TRIGGER IF EXISTS tenant_stays_in_workspace",
            "CREATE TRIGGER tenant_stays_in_workspace BEFORE UPDATE OF workspace_id ON tenants "
            "WHEN NEW.workspace_id <> OLD.workspace_id "
            "BEGIN SELECT RAISE(ABORT, 'tenant_stays_in_workspace: a tenant never changes its workspace'); END",
        ],
        "postgresql": [
            """
            CREATE OR REPLACE FUNCTION tenant_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.workspace_id <> OLD.workspace_id THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'tenant_stays_in_workspace',
                  MESSAGE = 'tenant_stays_in_workspace: a tenant never changes its workspace';
              END IF;
              RETURN NEW;
            END $$
            """,
            "DROP TRIGGER IF EXISTS tenant_stays_in_workspace ON tenants",
            "CREATE TRIGGER tenant_stays_in_workspace BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION tenant_stays()",
        ],
    },
    {
        "sqlite": ["DROP TRIGGER IF EXISTS tenant_stays_in_workspace"],
        "postgresql": ["DROP TRIGGER IF EXISTS tenant_stays_in_workspace ON tenants"],
    },
)

_TAKEN_BACK = (
    "(OLD.removal_began_at IS NOT NULL AND NEW.removal_began_at IS NULL)"
    " OR (NEW.removal_began_at IS NOT NULL AND NEW.archived_at IS NULL)"
)
_REMOVAL_FAULT = "tenant_removal_goes_on: a tenant that is being removed stays archived"
OF_REMOVAL: tuple[Statements, Statements] = (
    {
        "sqlite": [
            "DROP TRIGGER IF EXISTS tenant_removal_goes_on",
            "CREATE TRIGGER tenant_removal_goes_on BEFORE UPDATE OF removal_began_at, archived_at ON tenants"
            f" WHEN {_TAKEN_BACK} BEGIN SELECT RAISE(ABORT, '{_REMOVAL_FAULT}'); END",
        ],
        "postgresql": [
            f"""
            CREATE OR REPLACE FUNCTION tenant_removal_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF {_TAKEN_BACK} THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'tenant_removal_goes_on',
                  MESSAGE = '{_REMOVAL_FAULT}';
              END IF;
              RETURN NEW;
            END $$
            """,
            "DROP TRIGGER IF EXISTS tenant_removal_goes_on ON tenants",
            "CREATE TRIGGER tenant_removal_goes_on BEFORE UPDATE ON tenants"
            " FOR EACH ROW EXECUTE FUNCTION tenant_removal_goes_on()",
        ],
    },
    {
        "sqlite": ["DROP TRIGGER IF EXISTS tenant_removal_goes_on"],
        "postgresql": ["DROP TRIGGER IF EXISTS tenant_removal_goes_on ON tenants"],
    },
)

INSTALL, REMOVE = together(
    same_workspace("tenant_members", "tenant_id", "tenants"),
    same_workspace("tenant_credentials", "tenant_id", "tenants"),
    _TENANT_STAYS,
)
_TRIGGERS = ("tenant_stays_in_workspace", "tenant_removal_goes_on")
EXPECTED_TRIGGERS = {"sqlite": _TRIGGERS, "postgresql": _TRIGGERS}
