"""The database refuses references across workspaces (SEC-03)."""

from tenantpilot.core.migrating import Statements, same_workspace, together

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

INSTALL, REMOVE = together(
    same_workspace("tenant_members", "tenant_id", "tenants"),
    same_workspace("tenant_credentials", "tenant_id", "tenants"),
    _TENANT_STAYS,
)
EXPECTED_TRIGGERS = {"sqlite": ("tenant_stays_in_workspace",), "postgresql": ("tenant_stays_in_workspace",)}
