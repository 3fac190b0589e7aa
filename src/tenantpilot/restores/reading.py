"""Reading the objects that items may be written to. It writes nothing, and only workers import it (GUARD-F)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.contracts.references import Outside
from tenantpilot.graph.errors import GraphError, GraphNotFound, GraphStopped
from tenantpilot.graph.read.directory import objects_by_ids
from tenantpilot.graph.read.full import read_by_id
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.restores.matching import MOVED, is_alike, normal_name
from tenantpilot.restores.references import Key

DIRECTORY = {"group": "group", Outside.USER: "user", Outside.SERVICE_PRINCIPAL: "servicePrincipal"}


@dataclass(frozen=True)
class Sought:
    """An item to find an object for. `picked_id` is the object that a person chose."""

    key: int
    contract: Contract
    source: JsonObject = field(repr=False)
    picked_id: str = ""


@dataclass(frozen=True)
class Seen:
    """The objects that an item may be written to, or the error that kept them from being read."""

    live: tuple[JsonObject, ...] = field(default=(), repr=False)
    error: GraphError | None = None
    is_moved: bool = False


class Reader:
    """Reads from one tenant, and lists a type once at most."""

    def __init__(self, client: GraphClient, *, same_tenant: bool) -> None:
        self._client, self._same_tenant = client, same_tenant
        self._lists: dict[str, list[JsonObject] | GraphError] = {}

    def seen_by(self, sought: Sequence[Sought]) -> dict[int, Seen]:
        """Return the state of each item in the tenant, by its key."""
        by_type: dict[str, list[Sought]] = defaultdict(list)
        for one in sought:
            by_type[one.contract.key].append(one)
        return {key: seen for of_type in by_type.values() for key, seen in self._of_type(of_type).items()}

    def whole(self, contract: Contract, items: Iterable[JsonObject]) -> dict[str, JsonObject | GraphError]:
        """Return objects whole, or why not, by id. What is gone is left out."""
        wanted = {str(item["id"]): item for item in items}
        reads = read_by_id(self._client, contract, wanted.values()) if wanted else ()
        objects: dict[str, JsonObject | GraphError] = {}
        for read in reads:
            if read.payload is not None:
                objects[read.graph_id.lower()] = read.payload
            elif read.error is not None and not isinstance(read.error, GraphNotFound):
                _refuse_stopped(read.error)
                objects[read.graph_id.lower()] = read.error
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

    def present(self, keys: Iterable[Key]) -> set[Key]:
        """Return the referenced objects that are in the tenant; one that cannot be checked counts."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, graph_id in keys:
            by_kind[kind].append(graph_id)
        in_directory = {kind: by_kind.pop(kind) for kind in list(by_kind) if kind in DIRECTORY}
        present = self._in_directory(in_directory)
        for kind, ids in by_kind.items():
            present |= {(kind, graph_id) for graph_id in self._of_kind(kind, ids)}
        return present

    def _of_type(self, sought: Sequence[Sought]) -> dict[int, Seen]:
        contract = sought[0].contract
        if contract.kind is Kind.SINGLETON and not self._same_tenant:
            return self._only_one(contract, sought)
        by_id: dict[str, JsonObject | GraphError] = {}
        if self._same_tenant or any(one.picked_id for one in sought):
            by_id = self.whole(contract, (_known(one) for one in sought if self._same_tenant or one.picked_id))
        seen = {one.key: _seen(by_id.get(_wanted_id(one))) for one in sought if _wanted_id(one) in by_id}
        rest = [one for one in sought if one.key not in seen and not one.picked_id]
        return {**{one.key: Seen() for one in sought}, **seen, **self._by_name(contract, rest)}

    def _only_one(self, contract: Contract, sought: Sequence[Sought]) -> dict[int, Seen]:
        """Return the one object of the type, which has an id of its own in each tenant."""
        try:
            whole = self.whole(contract, self.listed(contract))
        except GraphError as error:
            return {one.key: Seen(error=error) for one in sought}
        return {one.key: _seen(next(iter(whole.values()), None)) for one in sought}

    def _by_name(self, contract: Contract, sought: Sequence[Sought]) -> dict[int, Seen]:
        if not sought or contract.kind is Kind.SINGLETON:
            return {}
        try:
            items = self.listed(contract)
        except GraphError as error:
            return {one.key: Seen(error=error) for one in sought}
        alike = {one.key: [item for item in items if is_alike(contract, one.source, item)] for one in sought}
        whole = self.whole(contract, (item for fitting in alike.values() for item in fitting))
        return {one.key: self._of_candidates(one, alike[one.key], whole) for one in sought}

    def _of_candidates(
        self, one: Sought, fitting: Sequence[JsonObject], whole: Mapping[str, JsonObject | GraphError]
    ) -> Seen:
        reads = [whole.get(str(item["id"]).lower()) for item in fitting]
        error = next((read for read in reads if isinstance(read, GraphError)), None)
        live = tuple(read for read in reads if isinstance(read, dict))
        return Seen(live, error, is_moved=not fitting and self._is_moved(one))

    def _is_moved(self, one: Sought) -> bool:
        """Return True if the tenant has the object under the type that Microsoft moves it to."""
        if (successor := MOVED.get(one.contract.key)) is None:
            return False
        contract, name = registry.get(successor), normal_name(one.source.get(one.contract.name_field))
        try:
            return any(normal_name(item.get(contract.name_field)) == name for item in self.listed(contract))
        except GraphError:
            return False

    def _in_directory(self, by_kind: Mapping[str, Sequence[str]]) -> set[Key]:
        keys = {(kind, graph_id) for kind, ids in by_kind.items() for graph_id in ids}
        if not keys:
            return set()
        types = sorted({DIRECTORY[kind] for kind in by_kind})
        try:
            objects = objects_by_ids(self._client, sorted({graph_id for _kind, graph_id in keys}), types)
        except GraphError as error:
            _refuse_stopped(error)
            return keys
        ids = {graph_id.lower() for graph_id in objects}
        return {key for key in keys if key[1] in ids}

    def _of_kind(self, kind: str, ids: Sequence[str]) -> set[str]:
        try:
            contract = registry.get(kind)
        except registry.UnknownContract:
            return set(ids)
        reads = list(read_by_id(self._client, contract, [{"id": graph_id} for graph_id in ids]))
        for read in reads:
            _refuse_stopped(read.error)
        return {read.graph_id for read in reads if not isinstance(read.error, GraphNotFound)}


def _wanted_id(one: Sought) -> str:
    return (one.picked_id or str(one.source.get("id", ""))).lower()


def _known(one: Sought) -> JsonObject:
    """Return the id of the object, and its type where it has one, to read it by."""
    kind = one.source.get("@odata.type")
    return {"id": one.picked_id or one.source["id"], **({"@odata.type": kind} if kind else {})}


def _seen(read: JsonObject | GraphError | None) -> Seen:
    if isinstance(read, GraphError):
        return Seen(error=read)
    return Seen((read,)) if read else Seen()


def _refuse_stopped(error: GraphError | None) -> None:
    """Raises GraphStopped: what was stopped says nothing about an object."""
    if isinstance(error, GraphStopped):
        raise error
