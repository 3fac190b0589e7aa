"""Reading the objects that items may be written to. It writes nothing, and only workers import it (GUARD-F)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.contracts.references import Outside
from tenantpilot.graph.errors import GraphError, GraphNotFound, GraphNotShown, GraphStopped
from tenantpilot.graph.read.directory import objects_by_ids
from tenantpilot.graph.read.full import read_by_id
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.restores.matching import MOVED, is_alike, normal_name
from tenantpilot.restores.references import Key

DIRECTORY = {"group": "group", Outside.USER: "user", Outside.SERVICE_PRINCIPAL: "servicePrincipal"}


@dataclass(frozen=True)
class Lookup:
    """An item to find an object for. `picked_id` is the object that a person chose."""

    key: int
    contract: Contract
    source: JsonObject = field(repr=False)
    picked_id: str = ""


@dataclass(frozen=True)
class Candidates:
    """The objects that an item may be written to, or the error that kept them from being read."""

    live: tuple[JsonObject, ...] = field(default=(), repr=False)
    error: GraphError | None = None
    is_moved: bool = False


class Reader:
    """Reads from one tenant, and lists a type once at most."""

    def __init__(self, client: GraphClient, *, same_tenant: bool) -> None:
        self._client, self._same_tenant = client, same_tenant
        self._lists: dict[str, list[JsonObject] | GraphError] = {}

    def candidates_of(self, lookups: Sequence[Lookup]) -> dict[int, Candidates]:
        """Return the state of each item in the tenant, by its key."""
        by_type: dict[str, list[Lookup]] = defaultdict(list)
        for lookup in lookups:
            by_type[lookup.contract.key].append(lookup)
        return {key: candidates for of_type in by_type.values() for key, candidates in self._of_type(of_type).items()}

    def in_full(self, contract: Contract, items: Iterable[JsonObject]) -> dict[str, JsonObject | GraphError]:
        """Return objects whole, or why not, by id. What is gone is left out."""
        items_by_id = {str(item["id"]): item for item in items}
        reads = read_by_id(self._client, contract, items_by_id.values()) if items_by_id else ()
        objects: dict[str, JsonObject | GraphError] = {}
        for answer in reads:
            if answer.payload is not None:
                objects[answer.graph_id.lower()] = answer.payload
            elif answer.error is not None and not isinstance(answer.error, GraphNotFound):
                _refuse_stopped(answer.error)
                objects[answer.graph_id.lower()] = answer.error
        return objects

    def listed(self, contract: Contract) -> list[JsonObject]:
        """Return the objects of a type as its list shows them. Raises GraphError."""
        if contract.key not in self._lists:
            try:
                self._lists[contract.key] = list(read_policies(self._client, contract))
            except GraphError as error:
                _refuse_stopped(error)
                self._lists[contract.key] = error
        result = self._lists[contract.key]
        if isinstance(result, GraphError):
            raise result
        return result

    def present(self, spelled: Mapping[Key, str]) -> set[Key]:
        """Return the referenced objects that are in the tenant; one that cannot be checked counts.

        They come with their ids as Graph spells them.
        """
        by_kind: dict[str, list[str]] = defaultdict(list)
        for (object_type, _graph_id), spelling in spelled.items():
            by_kind[object_type].append(spelling)
        in_directory = {
            object_type: by_kind.pop(object_type) for object_type in list(by_kind) if object_type in DIRECTORY
        }
        present = self._in_directory(in_directory)
        for object_type, ids in by_kind.items():
            present |= {(object_type, graph_id.lower()) for graph_id in self._of_kind(object_type, ids)}
        return present

    def _of_type(self, lookups: Sequence[Lookup]) -> dict[int, Candidates]:
        contract = lookups[0].contract
        if contract.kind is Kind.SINGLETON and not self._same_tenant:
            return self._only_one(contract, lookups)
        by_id: dict[str, JsonObject | GraphError] = {}
        if self._same_tenant or any(lookup.picked_id for lookup in lookups):
            by_id = self.in_full(
                contract, (_key_to_read(lookup) for lookup in lookups if self._same_tenant or lookup.picked_id)
            )
        candidates = {
            lookup.key: _candidates_from(by_id.get(_wanted_id(lookup)))
            for lookup in lookups
            if _wanted_id(lookup) in by_id
        }
        rest = [lookup for lookup in lookups if lookup.key not in candidates and not lookup.picked_id]
        return {**{lookup.key: Candidates() for lookup in lookups}, **candidates, **self._by_name(contract, rest)}

    def _only_one(self, contract: Contract, lookups: Sequence[Lookup]) -> dict[int, Candidates]:
        """Return the one object of the type, which has an id of its own in each tenant."""
        try:
            objects = self.in_full(contract, self.listed(contract))
        except GraphError as error:
            _refuse_stopped(error)
            return {lookup.key: Candidates(error=error) for lookup in lookups}
        return {lookup.key: _candidates_from(next(iter(objects.values()), None)) for lookup in lookups}

    def _by_name(self, contract: Contract, lookups: Sequence[Lookup]) -> dict[int, Candidates]:
        if not lookups or contract.kind is Kind.SINGLETON:
            return {}
        try:
            items = self.listed(contract)
        except GraphError as error:
            _refuse_stopped(error)
            return {lookup.key: Candidates(error=error) for lookup in lookups}
        alike = {lookup.key: [item for item in items if is_alike(contract, lookup.source, item)] for lookup in lookups}
        objects = self.in_full(contract, (item for fitting in alike.values() for item in fitting))
        return {lookup.key: self._of_candidates(lookup, alike[lookup.key], objects) for lookup in lookups}

    def _of_candidates(
        self, lookup: Lookup, fitting: Sequence[JsonObject], objects: Mapping[str, JsonObject | GraphError]
    ) -> Candidates:
        # What is listed and not found is not gone: to create another one would double it.
        reads = [objects.get(str(item["id"]).lower(), GraphNotShown()) for item in fitting]
        error = next((answer for answer in reads if isinstance(answer, GraphError)), None)
        live = tuple(answer for answer in reads if isinstance(answer, dict))
        return Candidates(live, error, is_moved=not fitting and self._is_moved(lookup))

    def _is_moved(self, lookup: Lookup) -> bool:
        """Return True if the tenant has the object under the type that Microsoft moves it to."""
        if (successor := MOVED.get(lookup.contract.key)) is None:
            return False
        contract, name = registry.get(successor), normal_name(lookup.source.get(lookup.contract.name_field))
        try:
            return any(normal_name(item.get(contract.name_field)) == name for item in self.listed(contract))
        except GraphStopped:
            raise
        except GraphError:
            return False

    def _in_directory(self, by_kind: Mapping[str, Sequence[str]]) -> set[Key]:
        keys = {(object_type, graph_id.lower()) for object_type, ids in by_kind.items() for graph_id in ids}
        if not keys:
            return set()
        types = sorted({DIRECTORY[object_type] for object_type in by_kind})
        try:
            objects = objects_by_ids(self._client, sorted({graph_id for _kind, graph_id in keys}), types)
        except GraphError as error:
            _refuse_stopped(error)
            return keys
        ids = {graph_id.lower() for graph_id in objects}
        return {key for key in keys if key[1] in ids}

    def _of_kind(self, policy_type: str, ids: Sequence[str]) -> set[str]:
        try:
            contract = registry.get(policy_type)
        except registry.UnknownContract:
            return set(ids)
        reads = list(read_by_id(self._client, contract, [{"id": graph_id} for graph_id in ids]))
        for answer in reads:
            _refuse_stopped(answer.error)
        return {answer.graph_id for answer in reads if not isinstance(answer.error, GraphNotFound)}


def _wanted_id(lookup: Lookup) -> str:
    return (lookup.picked_id or str(lookup.source.get("id", ""))).lower()


def _key_to_read(lookup: Lookup) -> JsonObject:
    """Return the id of the object, and its type where it has one, to read it by."""
    odata_type = lookup.source.get("@odata.type")
    return {"id": lookup.picked_id or lookup.source["id"], **({"@odata.type": odata_type} if odata_type else {})}


def _candidates_from(answer: JsonObject | GraphError | None) -> Candidates:
    if isinstance(answer, GraphError):
        return Candidates(error=answer)
    return Candidates((answer,)) if answer else Candidates()


def _refuse_stopped(error: GraphError | None) -> None:
    """Raises GraphStopped: what was stopped says nothing about an object."""
    if isinstance(error, GraphStopped):
        raise error
