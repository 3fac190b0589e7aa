"""The rules of backups that the database itself keeps, on both engines.

A set begins as building and leaves that state once. What a finished set is about and holds never changes, but for a
revision of a set made by hand. The newest good set of a schedule and the only good set of a tenant are not trashed. A
set is deleted from the trash alone. A member ends once, overlaps no other of its policy, and neither begins nor ends
inside a finished set.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_FOREVER = "2147483647"
_SET_FIXED = ("id", "workspace_id", "tenant_id", "chain_id", "slot_at", "created_at", "asked")
_CONTENT = ("digest", "items", "by_type", "read_from", "read_until")
_MEMBER_FIXED = ("id", "workspace_id", "tenant_id", "chain_id", "policy_id", "version_id", "from_seq")
_GAP_FIXED = ("id", "workspace_id", "tenant_id", "set_id", "kind", "type", "graph_id", "policy_id", "reason_code")

_IS_MANUAL = "EXISTS (SELECT 1 FROM backup_chains c WHERE c.id = OLD.chain_id AND c.kind = 'manual')"
_REVISION = f"(NEW.seq = OLD.seq + 1 AND OLD.state IN ('complete', 'incomplete') AND {_IS_MANUAL})"
_GOOD_ELSEWHERE = (
    "SELECT 1 FROM backup_sets s WHERE s.id <> OLD.id AND s.state = 'complete' AND s.trashed_at IS NULL"
    " AND s.verdict <> 'damaged'"
)
_TRASHED_NOW = "OLD.trashed_at IS NULL AND NEW.trashed_at IS NOT NULL"
_LAST_GOOD = (
    f"{_TRASHED_NOW} AND OLD.state = 'complete' AND OLD.verdict <> 'damaged'"
    f" AND (NOT EXISTS ({_GOOD_ELSEWHERE} AND s.tenant_id = OLD.tenant_id)"
    f" OR (NOT {_IS_MANUAL}"
    f" AND NOT EXISTS ({_GOOD_ELSEWHERE} AND s.chain_id = OLD.chain_id AND s.seq > OLD.seq)))"
)
_OVERLAPS = (
    "EXISTS (SELECT 1 FROM backup_members m WHERE m.chain_id = NEW.chain_id AND m.policy_id = NEW.policy_id"
    f" AND m.from_seq <= COALESCE(NEW.to_seq, {_FOREVER}) AND COALESCE(m.to_seq, {_FOREVER}) >= NEW.from_seq)"
)
_IN_FINISHED = (
    "EXISTS (SELECT 1 FROM backup_sets s WHERE s.chain_id = NEW.chain_id AND s.state <> 'building' AND s.seq {later})"
)
_BEGINS_IN_FINISHED = _IN_FINISHED.format(later=">= NEW.from_seq")
_ENDS_IN_FINISHED = _IN_FINISHED.format(later="> NEW.to_seq")
_IS_HELD_BY_SET = (
    "EXISTS (SELECT 1 FROM backup_sets s WHERE s.chain_id = OLD.chain_id AND s.state IN ('complete', 'incomplete')"
    f" AND s.seq >= OLD.from_seq AND s.seq <= COALESCE(OLD.to_seq, {_FOREVER}))"
)
_GATE_CLOSED = {"sqlite": "(SELECT open FROM operation_purge_gate) = 0", "postgresql": "NOT operations_purging()"}
_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}

_WORDS = {
    "backup_set_born_building": "a set begins as building",
    "backup_set_fixed": "what a set is about never changes",
    "backup_set_moves": "a set leaves building once, and for good",
    "backup_set_content_fixed": "what a finished set holds never changes, but for a revision of a set made by hand",
    "backup_set_last_good_stays": "the last good set is not trashed",
    "backup_set_deleted_from_trash": "a set is deleted from the trash alone",
    "backup_member_fixed": "a member ends once, and is never altered",
    "backup_member_no_overlap": "a set holds one version of a policy",
    "backup_member_of_building": "members begin and end with a set that is being built",
    "backup_member_held": "a member stays while a set holds it",
    "backup_gap_fixed": "a gap never changes",
}


def _any_differs(columns: tuple[str, ...], vendor: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} {_DIFFERS[vendor]} OLD.{column}" for column in columns) + ")"


def _rules(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Return the table, the event and the condition of each refusal."""
    differs, closed = _DIFFERS[vendor], _GATE_CLOSED[vendor]
    another_run = f"(NEW.run_id IS NOT NULL AND OLD.run_id {differs} NEW.run_id)"
    content = _any_differs(_CONTENT, vendor)
    ends = f"NEW.to_seq {differs} OLD.to_seq"
    return {
        "backup_set_born_building": (
            "backup_sets",
            "INSERT",
            "NEW.state <> 'building' OR NEW.trashed_at IS NOT NULL OR NEW.held_at IS NOT NULL",
        ),
        "backup_set_fixed": ("backup_sets", "UPDATE", f"{_any_differs(_SET_FIXED, vendor)} OR {another_run}"),
        "backup_set_moves": ("backup_sets", "UPDATE", "NEW.state <> OLD.state AND OLD.state <> 'building'"),
        "backup_set_content_fixed": (
            "backup_sets",
            "UPDATE",
            f"(NEW.seq <> OLD.seq AND NOT {_REVISION}) OR (OLD.state <> 'building' AND {content} AND NOT {_REVISION})",
        ),
        "backup_set_last_good_stays": ("backup_sets", "UPDATE", _LAST_GOOD),
        "backup_set_deleted_from_trash": ("backup_sets", "DELETE", f"OLD.trashed_at IS NULL AND {closed}"),
        "backup_member_fixed": (
            "backup_members",
            "UPDATE",
            f"{_any_differs(_MEMBER_FIXED, vendor)} OR (OLD.to_seq IS NOT NULL AND {ends})",
        ),
        "backup_member_no_overlap": ("backup_members", "INSERT", _OVERLAPS),
        "backup_member_begins": ("backup_members", "INSERT", _BEGINS_IN_FINISHED),
        "backup_member_ends": ("backup_members", "UPDATE", f"{ends} AND {_ENDS_IN_FINISHED}"),
        "backup_member_held": ("backup_members", "DELETE", f"{closed} AND {_IS_HELD_BY_SET}"),
        "backup_gap_fixed": ("backup_gaps", "UPDATE", _any_differs(_GAP_FIXED, vendor)),
    }


def _rule_of(name: str) -> str:
    """Return the name that a refusal carries."""
    return name if name in _WORDS else "backup_member_of_building"


def _says(name: str) -> str:
    return f"{_rule_of(name)}: {_WORDS[_rule_of(name)]}"


_TABLES = ("backup_sets", "backup_members", "backup_gaps")
_EVENTS = ("INSERT", "UPDATE", "DELETE")


def _function(table: str) -> str:
    """Return PostgreSQL's one function of a table, with every rule of it."""
    parts = []
    for event in _EVENTS:
        checks = "".join(
            f" IF ({condition}) THEN PERFORM operations_refuse('{_rule_of(name)}', '{_WORDS[_rule_of(name)]}'); END IF;"
            for name, (of_table, on, condition) in _rules("postgresql").items()
            if (of_table, on) == (table, event)
        )
        parts.append(f"IF TG_OP = '{event}' THEN{checks} RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END IF;")
    body = " ".join(parts)
    return (
        f"CREATE OR REPLACE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {body} RETURN NEW; END $$"
    )


_POSTGRESQL = {
    f"{table}_guard": (f"BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW", f"{table}_guard()")
    for table in _TABLES
}

INSTALL: Statements = {
    "sqlite": [
        line
        for name, (table, event, condition) in _rules("sqlite").items()
        for line in refusing(name, f"BEFORE {event} ON {table}", condition, _says(name))
    ],
    "postgresql": [
        *(_function(table) for table in _TABLES),
        *(line for name, arguments in _POSTGRESQL.items() for line in calling(name, *arguments)),
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in _rules("sqlite")],
    "postgresql": [dropping(name, event) for name, (event, _function_name) in _POSTGRESQL.items()],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(_rules("sqlite")),
    "postgresql": tuple(_POSTGRESQL),
}
