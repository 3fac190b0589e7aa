"""Row-level security on PostgreSQL: which tables have which policy, turning it on and off, and what is wrong with it.

The policies follow from the models: a table with a workspace, the workspaces themselves, and tables that hang on
such a row. A table that is neither, and is not named here, stops the turning on.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from tenantpilot.core.errors import TenantPilotError

POLICY = "workspace_only"
# People and attempts to sign in exist across workspaces; processes and the rate budgets of directories belong to none.
OPEN = frozenset({"users", "account_links", "attempt_counts", "process_heartbeats", "graph_budgets", "installation"})
APPEND_ONLY = ("audit_log",)

_REACH = """
CREATE OR REPLACE FUNCTION tenantpilot_reach() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  IF reach ~ '^[0-9]+(,[0-9]+)*$' THEN
    RETURN string_to_array(reach, ',')::bigint[];
  ELSIF reach ~ '^person:[0-9]+$' THEN
    RETURN tenantpilot_workspaces_of(substr(reach, 8)::bigint);
  END IF;
  RETURN '{}';
END $$
"""
# A policy of the tables it reads would ask this function again: it looks as the engine does, and gives the reach back.
_WORKSPACES_OF = """
CREATE OR REPLACE FUNCTION tenantpilot_workspaces_of(person bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  reach text := current_setting('app.reach', true);
  found bigint[];
BEGIN
  PERFORM set_config('app.reach', 'everything', true);
  found := ARRAY(SELECT workspace_id FROM workspace_members WHERE user_id = person
                 UNION SELECT workspace_id FROM tenant_members WHERE user_id = person);
  PERFORM set_config('app.reach', coalesce(reach, ''), true);
  RETURN found;
END $$
"""
_EVERYTHING = """
CREATE OR REPLACE FUNCTION tenantpilot_reaches_everything() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('app.reach', true), '') = 'everything'
$$
"""


class RowSecurityRefused(TenantPilotError):
    """It cannot be turned on like this; the text says why."""


@dataclass(frozen=True)
class Protected:
    """A table and the condition that its rows must meet to be seen or written."""

    table: str
    condition: str


def protected_tables() -> list[Protected]:
    """Return our tables with a policy, parents first. Raises RowSecurityRefused for one that fits nowhere."""
    models_ = [
        model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("tenantpilot")
    ]
    direct = {model: Protected(_table(model), _condition(model)) for model in models_ if _condition(model)}
    through = [_through_parent(model, set(direct)) for model in models_ if model not in direct]
    return [*direct.values(), *(table for table in through if table)]


def turn_on(connection: Any, *, role: str) -> list[str]:
    """Run by the owner, after every migration; harmless when repeated. Answers the protected tables.

    `role` is what the application signs in as. Raises RowSecurityRefused.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _require_fit(cursor, role)
        for statement in _grants(connection.ops.quote_name(role)):
            cursor.execute(statement)
        return protect(connection)


def protect(connection: Any) -> list[str]:
    """The policies alone. Even the owner is bound by them; superusers are not."""
    tables = protected_tables()
    statements = [_WORKSPACES_OF, _REACH, _EVERYTHING, *(line for table in tables for line in _protect(table))]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return [table.table for table in tables]


def turn_off(connection: Any) -> None:
    """Run by the owner. The role keeps its rights."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in protected_tables():
            cursor.execute(f"ALTER TABLE {table.table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table.table} DISABLE ROW LEVEL SECURITY")


@dataclass(frozen=True)
class RowSecurity:
    """The state of row security, as seen by the role that asks."""

    role: str
    bypasses: bool
    unprotected: tuple[str, ...]

    @property
    def protects(self) -> bool:
        return not self.bypasses and not self.unprotected


def inspect(connection: Any) -> RowSecurity:
    """Return True if the policies bind the role of this connection, and the tables on which they are missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, bypasses = cursor.fetchone()
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = %s",
            [POLICY],
        )
        safe = {row[0] for row in cursor.fetchall()}
    return RowSecurity(role, bypasses, tuple(table.table for table in protected_tables() if table.table not in safe))


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _condition(model: type[models.Model]) -> str:
    """In the form of an initplan: both functions are asked once a query, not once a row."""
    columns = {field.column for field in model._meta.local_fields}
    column = "id" if _table(model) == "workspaces" else "workspace_id" if "workspace_id" in columns else ""
    reach = f"{column} = ANY ((SELECT tenantpilot_reach())::bigint[])"
    return f"{reach} OR (SELECT tenantpilot_reaches_everything())" if column else ""


def _through_parent(model: type[models.Model], parents: set[type[models.Model]]) -> Protected | None:
    """The policy of the parent decides, for its rows are looked for under it."""
    if _table(model) in OPEN:
        return None
    for field in model._meta.local_fields:
        if field.related_model in parents and not field.null:
            parent = _table(field.related_model)
            match = f"SELECT 1 FROM {parent} parent WHERE parent.id = {_table(model)}.{field.column}"
            return Protected(_table(model), f"EXISTS ({match})")
    raise RowSecurityRefused(f"{_table(model)} has no workspace and hangs on no row that has one.")


def _protect(protected: Protected) -> list[str]:
    table, condition = protected.table, protected.condition
    return [
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
        f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]


def _grants(role: str) -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}" for table in APPEND_ONLY),
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    ]


def _require_fit(cursor: Any, role: str) -> None:
    rights = "rolsuper OR rolbypassrls, pg_has_role(rolname, current_user, 'MEMBER')"
    cursor.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", [role])
    rights_of_role = cursor.fetchone()
    if rights_of_role is None:
        raise RowSecurityRefused(f"There is no database role {role}.")
    if rights_of_role[0]:
        raise RowSecurityRefused(f"The role {role} bypasses row-level security: take SUPERUSER and BYPASSRLS from it.")
    if rights_of_role[1]:
        raise RowSecurityRefused(f"The role {role} is, or may become, the owner of the tables.")
