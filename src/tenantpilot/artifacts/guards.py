"""The rules of artifacts that the database itself keeps, on both engines.

An artifact begins as being built, moves only forward, and is ready only when its chunks are as long as it says. What it
is, and its content once it is known, never change. Chunks are added while it is built, and never altered.
"""

from tenantpilot.artifacts.states import MOVES, ArtifactState
from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing
from tenantpilot.tenancy.sealing import SEAL_BYTES

_FIXED = ("id", "workspace_id", "tenant_id", "owner_id", "purpose", "name", "key_id", "created_at", "expires_at")
_CONTENT = ("bytes", "sha256", "ready_at")
_IN_PLAIN = "COALESCE((SELECT SUM(LENGTH(data)) FROM artifact_chunks WHERE artifact_id = NEW.id), 0)"
_LENGTH = (
    f"COALESCE((SELECT SUM(LENGTH(data) - CASE WHEN NEW.key_id = '' THEN 0 ELSE {SEAL_BYTES} END)"
    " FROM artifact_chunks WHERE artifact_id = NEW.id), 0)"
)
_STATE_OF_CHUNK = "(SELECT state FROM artifacts WHERE id = NEW.artifact_id)"
_NOT_WHOLE = f"OLD.state = 'building' AND NEW.state = 'ready' AND {_LENGTH} <> NEW.bytes"
_NOT_WHOLE_IN_PLAIN = _NOT_WHOLE.replace(_LENGTH, _IN_PLAIN)

_WORDS = {
    "artifact_begins_building": "an artifact begins as being built",
    "artifact_moves": "an artifact only moves forward",
    "artifact_whole": "a ready artifact has all its chunks",
    "artifact_immutable": "an artifact stays what it is",
    "artifact_chunk_while_building": "chunks are added only while an artifact is built",
    "artifact_chunk_immutable": "a chunk never changes",
}


def _illegal_moves() -> str:
    legal = " OR ".join(
        f"(OLD.state = '{state.value}' AND NEW.state = '{target.value}')"
        for state, targets in MOVES.items()
        for target in sorted(targets)
    )
    return f"NEW.state <> OLD.state AND NOT ({legal})"


def _altered(differs: str, columns: tuple[str, ...] = _FIXED) -> str:
    fixed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns)
    content = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in _CONTENT)
    another_run = f"(NEW.run_id IS NOT NULL AND NEW.run_id {differs} OLD.run_id)"
    return f"{fixed} OR {another_run} OR (OLD.state <> '{ArtifactState.BUILDING.value}' AND ({content}))"


_SQLITE: dict[str, tuple[str, str]] = {
    "artifact_begins_building": ("BEFORE INSERT ON artifacts", "NEW.state <> 'building'"),
    "artifact_moves": ("BEFORE UPDATE ON artifacts", _illegal_moves()),
    "artifact_whole": ("BEFORE UPDATE ON artifacts", _NOT_WHOLE),
    "artifact_immutable": ("BEFORE UPDATE ON artifacts", _altered("IS NOT")),
    "artifact_chunk_while_building": ("BEFORE INSERT ON artifact_chunks", f"{_STATE_OF_CHUNK} IS NOT 'building'"),
    "artifact_chunk_immutable": ("BEFORE UPDATE ON artifact_chunks", "TRUE"),
}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


_ARTIFACT = f"""
CREATE OR REPLACE FUNCTION artifact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'building' THEN {_refuse("artifact_begins_building")} END IF;
    RETURN NEW;
  END IF;
  IF {_illegal_moves()} THEN {_refuse("artifact_moves")} END IF;
  IF {_NOT_WHOLE} THEN {_refuse("artifact_whole")} END IF;
  IF {_altered("IS DISTINCT FROM")} THEN {_refuse("artifact_immutable")} END IF;
  RETURN NEW;
END $$
"""
_CHUNK = f"""
CREATE OR REPLACE FUNCTION artifact_chunk_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
  IF TG_OP = 'UPDATE' THEN {_refuse("artifact_chunk_immutable")} END IF;
  SELECT state INTO held FROM artifacts WHERE id = NEW.artifact_id FOR KEY SHARE;
  IF held IS DISTINCT FROM 'building' THEN {_refuse("artifact_chunk_while_building")} END IF;
  RETURN NEW;
END $$
"""
_POSTGRESQL = {
    "artifact_guard": ("BEFORE INSERT OR UPDATE ON artifacts FOR EACH ROW", "artifact_guard()"),
    "artifact_chunk_guard": ("BEFORE INSERT OR UPDATE ON artifact_chunks FOR EACH ROW", "artifact_chunk_guard()"),
}


def _statements(sqlite: dict[str, tuple[str, str]]) -> Statements:
    return {
        "sqlite": [
            line
            for name, (event, condition) in sqlite.items()
            for line in refusing(name, event, condition, f"{name}: {_WORDS[name]}")
        ],
        "postgresql": [
            _ARTIFACT,
            _CHUNK,
            *(line for name, arguments in _POSTGRESQL.items() for line in calling(name, *arguments)),
        ],
    }


INSTALL: Statements = _statements(_SQLITE)
# SQLite alters no table while a trigger names a column that a later migration adds.
INSTALL_BEFORE_SEALING: Statements = _statements(
    {
        **_SQLITE,
        "artifact_whole": ("BEFORE UPDATE ON artifacts", _NOT_WHOLE_IN_PLAIN),
        "artifact_immutable": (
            "BEFORE UPDATE ON artifacts",
            _altered("IS NOT", tuple(column for column in _FIXED if column != "key_id")),
        ),
    }
)
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE],
    "postgresql": [dropping(name, event) for name, (event, _function) in _POSTGRESQL.items()],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": tuple(_SQLITE), "postgresql": tuple(_POSTGRESQL)}
