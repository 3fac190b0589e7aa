"""The rules of versions that the database itself keeps, on both engines.

A payload is never altered but in two ways: damage is recorded, and a payload with recorded damage is stored again, in
plain, by bytes whose hash the database itself compares with the row's. So nobody can bring other bytes. A version is never altered but for two columns: a run that is purged is forgotten, and who
made the change may be filled in once. Its number follows the one before it, and its change is what it says it is. The
newest version of a policy is deleted only with its tenant, through the gate of the removal. Of a secret, only the seal
may be renewed.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing
from tenantpilot.versions.library import guards as library

_FIXED = (
    "id", "workspace_id", "tenant_id", "policy_id", "number", "payload_id", "form_hash", "change", "read_at", "source",
    "restorable", "restorable_reason", "names", "sentence", "differences",
)  # fmt: skip
_OF_PAYLOAD = ("id", "workspace_id", "sha256")
_OF_SECRET = ("id", "workspace_id", "tenant_id", "version_id", "pointer")
_NEWEST = "(SELECT MAX(number) FROM policy_versions WHERE policy_id = NEW.policy_id)"
_FORM_BEFORE = "(SELECT form_hash FROM policy_versions WHERE policy_id = NEW.policy_id ORDER BY number DESC LIMIT 1)"
_OUT_OF_LINE = f"NEW.number <> COALESCE({_NEWEST}, 0) + 1"
_NO_CHANGE = (
    f"NOT CASE NEW.change WHEN 'first' THEN {_NEWEST} IS NULL"
    f" WHEN 'form' THEN COALESCE({_FORM_BEFORE} <> NEW.form_hash, FALSE)"
    f" ELSE COALESCE({_FORM_BEFORE} = NEW.form_hash, FALSE) END"
)
_GATE_CLOSED = "(SELECT open FROM operation_purge_gate) = 0"
_IS_NEWEST = "NOT EXISTS (SELECT 1 FROM policy_versions WHERE policy_id = OLD.policy_id AND number > OLD.number)"
_ACTOR_TOLD = "(OLD.actor_confidence <> 'unknown' AND NEW.actor_confidence <> OLD.actor_confidence)"
_ACTORS = "(OLD.actor_confidence <> 'unknown' AND NEW.actors {differs} OLD.actors)"
_ANOTHER_RUN = "(NEW.run_id IS NOT NULL AND NEW.run_id {differs} OLD.run_id)"

_WORDS = {
    "payload_immutable": "a payload never changes",
    "version_immutable": "a version never changes",
    "version_numbers_without_gap": "a version has the number after the newest",
    "version_differs": "a version differs from the one before it",
    "version_newest_stays": "the newest version of a policy stays",
    "version_secret_immutable": "of a secret only the seal is renewed",
}


def _any_differs(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns)


def _payload_altered(differs: str, digest: str) -> str:
    """Return the condition that a payload is altered otherwise than by a record of damage, or by what mends it."""
    same_bytes = f"NOT ({_any_differs(('codec', 'raw_bytes', 'data', 'mended_at'), differs)})"
    is_recorded = f"OLD.damaged_at IS NULL AND NEW.damaged_at IS NOT NULL AND {same_bytes}"
    is_right = f"NEW.codec = 'plain' AND length(NEW.data) = NEW.raw_bytes AND {digest} = OLD.sha256"
    is_mended = f"OLD.damaged_at IS NOT NULL AND NEW.damaged_at IS NULL AND NEW.mended_at IS NOT NULL AND {is_right}"
    return f"({_any_differs(_OF_PAYLOAD, differs)}) OR NOT (({is_recorded}) OR ({is_mended}))"


def _altered(differs: str) -> str:
    """Return the condition that a version is altered in a way that it must not be."""
    further = " OR ".join(part.format(differs=differs) for part in (_ACTOR_TOLD, _ACTORS, _ANOTHER_RUN))
    return f"{_any_differs(_FIXED, differs)} OR {further}"


_SQLITE: dict[str, tuple[str, str]] = {
    # Django's own function hashes text alone. Where it is missing, as in SQLite's shell, every update is refused.
    "payload_immutable": (
        "BEFORE UPDATE ON payloads",
        _payload_altered("IS NOT", "SHA256(CAST(NEW.data AS TEXT))"),
    ),
    "version_immutable": ("BEFORE UPDATE ON policy_versions", _altered("IS NOT")),
    "version_numbers_without_gap": ("BEFORE INSERT ON policy_versions", _OUT_OF_LINE),
    "version_differs": ("BEFORE INSERT ON policy_versions", _NO_CHANGE),
    "version_newest_stays": ("BEFORE DELETE ON policy_versions", f"{_GATE_CLOSED} AND {_IS_NEWEST}"),
    "version_secret_immutable": ("BEFORE UPDATE ON version_secrets", _any_differs(_OF_SECRET, "IS NOT")),
}
# INSERT OR REPLACE deletes what it collides with and fires no trigger of deletion.
_NOT_REPLACED = {
    "payload_not_replaced": (
        "BEFORE INSERT ON payloads",
        "EXISTS (SELECT 1 FROM payloads WHERE id = NEW.id"
        " OR (workspace_id = NEW.workspace_id AND sha256 = NEW.sha256))",
        "payload_immutable",
    ),
    "version_not_replaced": (
        "BEFORE INSERT ON policy_versions",
        "EXISTS (SELECT 1 FROM policy_versions WHERE id = NEW.id)",
        "version_immutable",
    ),
}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


_PAYLOAD = f"""
CREATE OR REPLACE FUNCTION payload_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_payload_altered("IS DISTINCT FROM", "encode(sha256(NEW.data), 'hex')")} THEN
    {_refuse("payload_immutable")}
  END IF;
  RETURN NEW;
END $$
"""
_VERSION = f"""
CREATE OR REPLACE FUNCTION policy_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {_OUT_OF_LINE} THEN {_refuse("version_numbers_without_gap")} END IF;
    IF ({_NO_CHANGE}) THEN {_refuse("version_differs")} END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF NOT operations_purging() AND {_IS_NEWEST} THEN {_refuse("version_newest_stays")} END IF;
    RETURN OLD;
  END IF;
  IF {_altered("IS DISTINCT FROM")} THEN {_refuse("version_immutable")} END IF;
  RETURN NEW;
END $$
"""
_SECRET = f"""
CREATE OR REPLACE FUNCTION version_secret_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_any_differs(_OF_SECRET, "IS DISTINCT FROM")} THEN {_refuse("version_secret_immutable")} END IF;
  RETURN NEW;
END $$
"""
_POSTGRESQL = {
    "payload_guard": ("BEFORE UPDATE ON payloads FOR EACH ROW", "payload_guard()"),
    "policy_version_guard": (
        "BEFORE INSERT OR UPDATE OR DELETE ON policy_versions FOR EACH ROW",
        "policy_version_guard()",
    ),
    "version_secret_guard": ("BEFORE UPDATE ON version_secrets FOR EACH ROW", "version_secret_guard()"),
}


def _statements(sqlite: dict[str, tuple[str, str]]) -> Statements:
    return {
        "sqlite": [
            *(
                line
                for name, (event, condition) in sqlite.items()
                for line in refusing(name, event, condition, f"{name}: {_WORDS[name]}")
            ),
            *(
                line
                for name, (event, condition, rule) in _NOT_REPLACED.items()
                for line in refusing(name, event, condition, f"{rule}: {_WORDS[rule]}")
            ),
        ],
        "postgresql": [
            _PAYLOAD,
            _VERSION,
            _SECRET,
            *(line for name, arguments in _POSTGRESQL.items() for line in calling(name, *arguments)),
        ],
    }


INSTALL: Statements = _statements(_SQLITE)
# SQLite alters no table while a trigger names a column that a later migration adds.
INSTALL_BEFORE_MENDING: Statements = _statements(
    {**_SQLITE, "payload_immutable": ("BEFORE UPDATE ON payloads", "TRUE")}
)
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in (*_SQLITE, *_NOT_REPLACED)],
    "postgresql": [dropping(name, event) for name, (event, _function) in _POSTGRESQL.items()],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (*_SQLITE, *_NOT_REPLACED, *library.EXPECTED_TRIGGERS["sqlite"]),
    "postgresql": (*_POSTGRESQL, *library.EXPECTED_TRIGGERS["postgresql"]),
}
