"""The database refuses policies that point into another workspace (SEC-03)."""

from tenantpilot.core.migration_sql import same_workspace, together

INSTALL, REMOVE = together(
    same_workspace("policies", "tenant_id", "tenants"),
    same_workspace("policy_type_syncs", "tenant_id", "tenants"),
)
