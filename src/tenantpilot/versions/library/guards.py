"""The rules of libraries that the database itself keeps, on both engines.

A revision begins as being built and becomes ready once. Policies are added only while it is built, and never altered.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_STATE = "(SELECT state FROM library_revisions WHERE id = NEW.revision_id)"
_FIXED = ("id", "workspace_id", "library_id", "number", "source_name", "archive_sha256", "created_at")
_WORDS = {
    "library_revision_begins": "a revision begins as being built",
    "library_revision_immutable": "a revision only becomes ready, once",
    "library_policy_while_building": "policies are added only while their revision is built",
    "library_policy_immutable": "a policy of a library never changes",
}


def _altered(differs: str) -> str:
    fixed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in _FIXED)
    run = f"(NEW.run_id IS NOT NULL AND NEW.run_id {differs} OLD.run_id)"
    return (
        f"{fixed} OR {run} OR (OLD.state = 'ready' AND (NEW.state <> 'ready' OR NEW.ready_at {differs} OLD.ready_at))"
    )


_SQLITE: dict[str, tuple[str, str]] = {
    "library_revision_begins": ("BEFORE INSERT ON library_revisions", "NEW.state <> 'building'"),
    "library_revision_immutable": ("BEFORE UPDATE ON library_revisions", _altered("IS NOT")),
    "library_policy_while_building": ("BEFORE INSERT ON library_policies", f"{_STATE} IS NOT 'building'"),
    "library_policy_immutable": ("BEFORE UPDATE ON library_policies", "TRUE"),
}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


_REVISION = f"""
CREATE OR REPLACE FUNCTION library_revision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'building' THEN {_refuse("library_revision_begins")} END IF;
    RETURN NEW;
  END IF;
  IF {_altered("IS DISTINCT FROM")} THEN {_refuse("library_revision_immutable")} END IF;
  RETURN NEW;
END $$
"""
_POLICY = f"""
CREATE OR REPLACE FUNCTION library_policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN {_refuse("library_policy_immutable")} END IF;
  IF {_STATE} IS DISTINCT FROM 'building' THEN {_refuse("library_policy_while_building")} END IF;
  RETURN NEW;
END $$
"""
_POSTGRESQL = {
    "library_revision_guard": (
        "BEFORE INSERT OR UPDATE ON library_revisions FOR EACH ROW",
        "library_revision_guard()",
    ),
    "library_policy_guard": ("BEFORE INSERT OR UPDATE ON library_policies FOR EACH ROW", "library_policy_guard()"),
}

INSTALL: Statements = {
    "sqlite": [
        line
        for name, (event, condition) in _SQLITE.items()
        for line in refusing(name, event, condition, f"{name}: {_WORDS[name]}")
    ],
    "postgresql": [
        _REVISION,
        _POLICY,
        *(line for name, arguments in _POSTGRESQL.items() for line in calling(name, *arguments)),
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE],
    "postgresql": [dropping(name, event) for name, (event, _function) in _POSTGRESQL.items()],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": tuple(_SQLITE), "postgresql": tuple(_POSTGRESQL)}
