"""Random changes of objects in the simulator, as their portal could have made them."""

import copy
import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from intunesim.catalog import COLLECTIONS

from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.references import GUID
from tenantpilot.graph.read.full import read_by_id
from tenantpilot.graph.write.exact import unchangeable
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.models import Tenant
from tests.graph.real_policies import Place, at, leaves, lists

Payload = dict[str, Any]

SERVICE = {"id", "createdDateTime", "lastModifiedDateTime", "modifiedDateTime", "version", "assignments", "isAssigned"}
"""Properties that Graph keeps itself, and assignments, which a restore leaves as they are unless a person asks."""
WORD_OF_GRAPH = re.compile(r"[a-z][A-Za-z0-9]*(,[a-z][A-Za-z0-9]*)*")
"""A member of an enumeration: Graph refuses any other text in its place."""
KEYS = ("id", "ids", "type", "state", "datetime", "locale")
"""Ends of names that tell objects apart, or that a restore treats by a rule of its own."""
TRIES = 40


@dataclass(frozen=True)
class Kept:
    """An object of the simulator: the path of its collection, and what it was before it was changed."""

    path: str
    graph_id: str
    contract: Contract
    before: Payload

    def now(self, directory: Any) -> Payload:
        """Return the object as it stands."""
        return payload_of(directory.store.find(self.path, self.graph_id))


def payload_of(entity: Any) -> Payload:
    """Return what an object says and what hangs below it."""
    return {**copy.deepcopy(entity.body), **copy.deepcopy(entity.children), "id": entity.id}


def kept_of(directory: Any, graph_id: str, type_key: str) -> Kept:
    """Return the object with the id as it stands. Raises LookupError."""
    path = next(path for path in COLLECTIONS if directory.store.find(path, graph_id))
    return Kept(path, graph_id, registry.get(type_key), payload_of(directory.store.find(path, graph_id)))


def drift(directory: Any, kept: Kept, chance: random.Random, *, times: int) -> int:
    """Change so many places of the object at random; answers how many it found that Graph lets anybody change."""
    changed = 0
    for _try in range(TRIES):
        if changed == times:
            break
        live = kept.now(directory)
        edited = _edited(live, chance)
        if edited is not None and _is_possible(kept, live, edited):
            _put(directory, kept, edited)
            changed += 1
    return changed


def _is_possible(kept: Kept, live: Payload, edited: Payload) -> bool:
    """Return True if it can be seen, and if Graph lets anybody make the change and take it back."""
    seen = differences(kept.contract, live, edited)
    return bool(seen) and not unchangeable(kept.contract, kept.before, edited)


def _put(directory: Any, kept: Kept, edited: Payload) -> None:
    entity = directory.store.find(kept.path, kept.graph_id)
    for name in list(entity.children):
        entity.children[name] = edited.pop(name)
    if "settingCount" in edited:
        edited["settingCount"] = len(entity.children.get("settings", []))
    entity.body = edited
    directory.store.put(kept.path, entity)


def _edited(live: Payload, chance: random.Random) -> Payload | None:
    """Return the object with another value in one place, or with one member of a list less; None where that is bad."""
    edited = copy.deepcopy(live)
    if chance.random() < 0.25:
        return edited if _shorten(edited, chance) else None
    places = [(place, value) for place, value in leaves(edited) if _is_free(place, value)]
    if not places:
        return None
    place, value = chance.choice(places)
    at(edited, place[:-1])[place[-1]] = _other(value, chance)
    return edited


def _shorten(edited: Payload, chance: random.Random) -> bool:
    long = [members for place, members in lists(edited) if len(members) > 1 and _is_free(place, "")]
    if not long:
        return False
    members = chance.choice(long)
    del members[chance.randrange(len(members))]
    return True


def _is_free(place: Place, value: Any) -> bool:
    """Return True if no reference, no name of a type or of a definition stands there, and nothing the service keeps."""
    names = [str(step) for step in place if isinstance(step, str)]
    if not names or names[0] in SERVICE or value is None:
        return False
    is_name = names[-1].startswith("@") or names[-1].lower().endswith(KEYS)
    is_fixed = isinstance(value, str) and (WORD_OF_GRAPH.fullmatch(value) or GUID.search(value))
    return not is_name and not is_fixed


def _other(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + chance.randint(1, 9)
    return f"{value} {chance.randint(100, 999)}"


def read_again(tenant: Tenant, wanted: Iterable[Kept]) -> dict[str, Payload]:
    """Return the objects as Graph shows them now, by id."""
    by_type: dict[str, list[Kept]] = defaultdict(list)
    for one in wanted:
        by_type[one.contract.key].append(one)
    shown: dict[str, Payload] = {}
    with graph_client(tenant, stop=lambda: False, waits=lambda _seconds: False) as client:
        client.sign_in()
        for several in by_type.values():
            named = [{"id": one.graph_id, "@odata.type": one.before.get("@odata.type")} for one in several]
            reads = read_by_id(client, several[0].contract, [_without_empty(one) for one in named])
            shown |= {read.graph_id: read.payload for read in reads if read.payload is not None}
    return shown


def left_between(contract: Contract, wanted: Payload, live: Payload) -> set[str]:
    """Return where an object differs from what it was; assignments do not count."""
    bare = [{name: value for name, value in one.items() if name != "assignments"} for one in (wanted, live)]
    return {change.path for change in differences(contract, *bare)}


def _without_empty(named: Payload) -> Payload:
    return {name: value for name, value in named.items() if value}
