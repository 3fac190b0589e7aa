"""Putting the ids of the target tenant in the place of those of the source, and proving that none is left.

A reference that is left out takes its row or its member of a list with it. It never takes away a property that the
object needs, and it never empties a list: an empty list of a policy often means everybody. Only the plan knows if its
assignments are emptied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import cleaned
from tenantpilot.graph.contracts.references import (
    GUID,
    Named,
    Outside,
    is_everywhere,
    references_in,
    unexplained_guids,
    with_new_ids,
)

Payload = dict[str, Any]
Key = tuple[str, str]
"""The kind of an object, and its id in small letters."""

LEFT_OUT = "\ue000left-out\ue000"
"""Stands in the place of an id that is left out, until its row is taken away. No id of Graph holds it."""
NEVER_WRITTEN = ("assignments[].id", "assignments[].sourceId")
GLOBAL = frozenset({Outside.APPLICATION, Outside.DIRECTORY_ROLE, Outside.EXTERNAL_TENANT, Outside.ADMX_DEFINITION})
"""Kinds whose ids mean the same in every tenant."""


@dataclass(frozen=True)
class Decision:
    """The id that takes the place of another one; `is_left_out` where none does."""

    target_id: str = ""
    is_left_out: bool = False


Decisions = Mapping[Key, Decision]


@dataclass(frozen=True)
class MappedPayload:
    """A payload with the ids of the target, or the code of what stands in the way, and the keys that it is about.

    Its list of assignments may be empty: `left_out` has the references that took their rows with them.
    """

    payload: Payload = field(default_factory=dict, repr=False)
    blocker: str = ""
    about: tuple[Key, ...] = ()
    left_out: tuple[Key, ...] = ()


def key_of(named: Named) -> Key:
    return (str(named.type_key), named.graph_id.lower())


def references_to_decide(contract: Contract, payload: Mapping[str, Any]) -> list[Named]:
    """Return the references of which the target tenant may have another object, each object once."""
    own = str(payload.get("id", "")).lower()
    once = {
        key_of(named): named
        for named in references_in(contract, payload)
        if named.type_key not in GLOBAL and not is_everywhere(named) and named.graph_id.lower() != own
    }
    return list(once.values())


def with_decisions(contract: Contract, payload: Mapping[str, Any], decisions: Decisions) -> MappedPayload:
    """Return the payload with the decided ids in the place of its own."""
    named = references_to_decide(contract, payload)
    if undecided := tuple(
        key_of(reference) for reference in named if not _is_decided(decisions.get(key_of(reference)))
    ):
        return MappedPayload(blocker="unmapped", about=undecided)
    ids = {key_of(reference): decisions[key_of(reference)] for reference in named}

    def new_id(reference: Named) -> str:
        decision = ids.get(key_of(reference))
        if decision is None or decision.target_id == reference.graph_id.lower():
            # The same object keeps its id as Graph spells it: some ids begin with T_.
            return reference.graph_id
        return LEFT_OUT if decision.is_left_out else decision.target_id

    copied = with_new_ids(contract, payload, new_id)
    left_out = tuple(key for key, decision in ids.items() if decision.is_left_out)
    if blocker := _take_away(copied):
        return MappedPayload(blocker=blocker, about=left_out)
    return MappedPayload(copied, left_out=left_out)


def foreign_ids(
    contract: Contract,
    payload: Mapping[str, Any],
    decisions: Decisions,
    *,
    same_tenant: bool,
    source_ids: Iterable[str] = (),
) -> list[str]:
    """Return ids that must not stand in a body: replaced ones, and in another tenant any that nobody has explained.

    `source_ids` are further ids of the source tenant.
    """
    targets = {decision.target_id.lower() for decision in decisions.values()}
    replaced = {graph_id for (_kind, graph_id), decision in decisions.items() if decision.target_id.lower() != graph_id}
    foreign = (replaced | {graph_id.lower() for graph_id in source_ids}) - targets
    own = str(payload.get("id", "")).lower()
    never_sent = {*NEVER_WRITTEN, *contract.stripped}
    inner = cleaned({name: value for name, value in payload.items() if name != "id"})
    left = [
        guid
        for path, _place, text in paths.texts(inner)
        if path not in never_sent
        for guid in GUID.findall(text)
        if guid.lower() in foreign and guid.lower() != own
    ]
    if not same_tenant and not left:
        left = unexplained_guids(contract, payload)
    return left


def _is_decided(decision: Decision | None) -> bool:
    return decision is not None and (decision.is_left_out or bool(decision.target_id))


def _take_away(payload: Payload) -> str:
    """Take away what was left out. Return the code of the reason if that must not be."""
    for name, value in list(payload.items()):
        if name == "assignments" and isinstance(value, list):
            payload[name] = [row for row in value if not _holds_left_out(row)]
        elif blocker := _take_away_in(payload, name, value):
            return blocker
    return ""


def _take_away_in(holder: Any, key: Any, value: Any) -> str:
    if isinstance(value, str):
        return "reference_needed" if LEFT_OUT in value else ""
    if isinstance(value, list):
        remaining = [item for item in value if not (isinstance(item, str) and LEFT_OUT in item)]
        if value and not remaining:
            return "would_be_empty"
        holder[key] = remaining
        return _first(_take_away_in(remaining, index, item) for index, item in enumerate(remaining))
    if isinstance(value, dict):
        return _first(_take_away_in(value, name, inner) for name, inner in list(value.items()))
    return ""


def _holds_left_out(row: Any) -> bool:
    return any(LEFT_OUT in text for _path, _place, text in paths.texts(row))


def _first(codes: Iterable[str]) -> str:
    return next((code for code in codes if code), "")
