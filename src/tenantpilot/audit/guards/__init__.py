"""The database refuses to change or delete what the audit log says (SEC-05)."""

from tenantpilot.core.migration_sql import Statements

_SAY = "the audit log is append-only"

INSTALL: Statements = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS audit_no_change",
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_append_only: {_SAY}'); END",
        "DROP TRIGGER IF EXISTS audit_no_deletion",
        f"CREATE TRIGGER audit_no_deletion BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_append_only: {_SAY}'); END",
        "DROP TRIGGER IF EXISTS audit_chain_grows",
        "CREATE TRIGGER audit_chain_grows BEFORE UPDATE ON audit_chains WHEN NEW.sequence <> OLD.sequence + 1 "
        "BEGIN SELECT RAISE(ABORT, 'audit_chain_grows: a chain grows by one'); END",
        "DROP TRIGGER IF EXISTS audit_chain_stays",
        "CREATE TRIGGER audit_chain_stays BEFORE DELETE ON audit_chains "
        "BEGIN SELECT RAISE(ABORT, 'audit_chain_stays: a chain is never deleted'); END",
        # INSERT OR REPLACE deletes what it collides with and fires no trigger of deletion.
        "DROP TRIGGER IF EXISTS audit_no_replacement",
        "CREATE TRIGGER audit_no_replacement BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log "
        "WHERE id = NEW.id OR (workspace_id = NEW.workspace_id AND sequence = NEW.sequence)) "
        f"BEGIN SELECT RAISE(ABORT, 'audit_append_only: {_SAY}'); END",
        "DROP TRIGGER IF EXISTS audit_chain_not_replaced",
        "CREATE TRIGGER audit_chain_not_replaced BEFORE INSERT ON audit_chains "
        "WHEN EXISTS (SELECT 1 FROM audit_chains WHERE workspace_id = NEW.workspace_id) "
        "BEGIN SELECT RAISE(ABORT, 'audit_chain_grows: a chain grows by one'); END",
    ],
    "postgresql": [
        """
        CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'audit_append_only',
            MESSAGE = 'audit_append_only: the audit log is append-only';
        END $$
        """,
        """
        CREATE OR REPLACE FUNCTION audit_chain_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'audit_chain_stays',
              MESSAGE = 'audit_chain_stays: a chain is never deleted';
          ELSIF NEW.sequence <> OLD.sequence + 1 THEN
            RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'audit_chain_grows',
              MESSAGE = 'audit_chain_grows: a chain grows by one';
          END IF;
          RETURN NEW;
        END $$
        """,
        "DROP TRIGGER IF EXISTS audit_no_change ON audit_log",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
        "DROP TRIGGER IF EXISTS audit_no_truncate ON audit_log",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION audit_append_only()",
        "DROP TRIGGER IF EXISTS audit_chain_guard ON audit_chains",
        "CREATE TRIGGER audit_chain_guard BEFORE UPDATE OR DELETE ON audit_chains "
        "FOR EACH ROW EXECUTE FUNCTION audit_chain_guard()",
        "DROP TRIGGER IF EXISTS audit_chain_no_truncate ON audit_chains",
        "CREATE TRIGGER audit_chain_no_truncate BEFORE TRUNCATE ON audit_chains EXECUTE FUNCTION audit_append_only()",
    ],
}
EXPECTED_TRIGGERS = {
    "sqlite": (
        "audit_no_change",
        "audit_no_deletion",
        "audit_no_replacement",
        "audit_chain_grows",
        "audit_chain_stays",
        "audit_chain_not_replaced",
    ),
    "postgresql": ("audit_no_change", "audit_no_truncate", "audit_chain_guard", "audit_chain_no_truncate"),
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in EXPECTED_TRIGGERS["sqlite"]],
    "postgresql": [
        "DROP TRIGGER IF EXISTS audit_no_change ON audit_log",
        "DROP TRIGGER IF EXISTS audit_no_truncate ON audit_log",
        "DROP TRIGGER IF EXISTS audit_chain_guard ON audit_chains",
        "DROP TRIGGER IF EXISTS audit_chain_no_truncate ON audit_chains",
    ],
}
