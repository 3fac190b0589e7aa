"""Changing a tenant: nothing is created twice, nothing masked is written, nothing is cleared by accident.

Creates are not idempotent, names may repeat, and some services answer with an error after applying. So
a create that was throttled, failed or not answered is looked up before it is tried again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.directory import DELETED
from tenantpilot.graph.contracts.model import Action, Contract
from tenantpilot.graph.contracts.versions import as_written
from tenantpilot.graph.errors import (
    GraphApprovalPending,
    GraphError,
    GraphHalfWritten,
    GraphNotFound,
    GraphOutcomeUnknown,
    GraphResponseUnreadable,
    GraphStopped,
)
from tenantpilot.graph.read.full import read_by_id
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.graph.write.assign import replace_assignments
from tenantpilot.graph.write.bind import bound
from tenantpilot.graph.write.bodies import body_for_create, body_for_update, part_for_body
from tenantpilot.graph.write.exchange import exchange_items, with_ids_of_present
from tenantpilot.graph.write.items import Bare, write_each
from tenantpilot.graph.write.post import approval_headers, post_unless_there
from tenantpilot.graph.write.recognizing import can_be_made_from

LOOKS_WHILE_UNSETTLED = 4
RecordId = Callable[[str], None]


class NotWritable(ValueError):
    """The contract does not offer this, or it would do what another verb is for. A mistake of the caller."""


@dataclass(frozen=True)
class Created:
    """A new object of the tenant."""

    graph_id: str
    was_found: bool = False
    """Graph did not answer the create, and the object was found afterwards."""


class Writer:
    """Writes objects of one type. Raises GraphError.

    `justification` is what a second administrator reads where Multi Admin Approval protects the type; a write that
    ended in GraphApprovalPending is done again with its `approval_code`, unchanged, once it was approved.
    """

    def __init__(
        self, client: GraphClient, contract: Contract, *, justification: str = "", approval_code: str = ""
    ) -> None:
        self._client = client
        self._contract = contract
        self._headers = approval_headers(justification, approval_code)

    def create(
        self, payload: JsonObject, *, known_ids: Collection[str], record: RecordId = lambda _graph_id: None
    ) -> Created:
        """Create one object like the payload; its parts follow, its assignments do not.

        `record` gets the id of the object before the first part is sent. `known_ids` are those that the tenant held
        before. When an answer does not come, an object of the same name and type is taken for ours if it is not among
        them and says what was sent. Raises GraphOutcomeUnknown when new ones of the name are there and not exactly one
        says so, GraphHalfWritten when the object stands and a part of it failed, GraphStopped when the work was
        stopped, also between two parts.
        """
        if self._contract.create is None:
            raise NotWritable(f"{self._contract.key} cannot be created")
        created = self._created(payload, frozenset(known_ids))
        record(created.graph_id)
        try:
            for action in self._contract.create.actions:
                self._act(created.graph_id, action, payload)
        except GraphStopped:
            raise
        except GraphError as error:
            raise GraphHalfWritten(created.graph_id, error) from error
        return created

    def update(self, graph_id: str, payload: JsonObject, *, live: JsonObject | None = None) -> None:
        """Make the object like the payload. Repeating it changes nothing.

        `live` is the object as it stands, where it is known: what of it only beta can take away is sent there. Raises
        GraphHalfWritten when the object was changed and a part of it failed, GraphStopped when the work was stopped.
        """
        if self._contract.update is None:
            raise NotWritable(f"{self._contract.key} cannot be updated")
        contract, fitting = as_written(self._contract, payload, live=live)
        body = self._bound(body_for_update(contract, fitting))
        address = contract.address(graph_id, odata_type=_type_of(payload))
        self._client.send(self._contract.update.method, address, body, headers=self._headers)
        try:
            for action in self._contract.update.actions:
                self._act(graph_id, action, payload)
        except (GraphApprovalPending, GraphStopped):
            raise
        except GraphError as error:
            raise GraphHalfWritten(graph_id, error) from error

    def assign(self, graph_id: str, assignments: Sequence[JsonObject], *, odata_type: str = "") -> None:
        """Replace all assignments. To have none is `unassign`: an empty list is refused here."""
        if not assignments:
            raise NotWritable("to remove all assignments is another verb")
        self._replace_assignments(graph_id, assignments, odata_type)

    def unassign(self, graph_id: str, *, odata_type: str = "") -> None:
        """Remove all assignments."""
        self._replace_assignments(graph_id, [], odata_type)

    def delete(self, graph_id: str, *, odata_type: str = "") -> None:
        """Remove the object; one that is gone already counts as removed."""
        try:
            self._before_delete(graph_id, odata_type)
            self._client.send("DELETE", self._contract.address(graph_id, odata_type=odata_type), headers=self._headers)
        except GraphNotFound:
            return

    def undelete(self, graph_id: str) -> None:
        """Take the object back from what the directory keeps of deleted ones, under its own id. Raises GraphNotFound.

        Of groups it keeps those of Microsoft 365, for 30 days.
        """
        if not self._contract.can_be_undeleted:
            raise NotWritable(f"{self._contract.key} does not come back for an application")
        self._client.send("POST", f"{DELETED}/{quote(graph_id, safe='')}/restore", headers=self._headers)

    def _before_delete(self, graph_id: str, odata_type: str) -> None:
        """Take away what would make Graph refuse: a trust, assignments."""
        address = self._contract.address(graph_id, odata_type=odata_type)
        if self._contract.disarmed:
            live = self._client.get(address)
            armed = {name: value for name, value in self._contract.disarmed.items() if live.get(name, value) != value}
            if armed:
                body = {**armed, **({"@odata.type": live["@odata.type"]} if "@odata.type" in live else {})}
                self._client.send("PATCH", address, body, headers=self._headers)
        if self._contract.is_deleted_unassigned:
            self.unassign(graph_id, odata_type=odata_type)

    def _created(self, payload: JsonObject, known_ids: frozenset[str]) -> Created:
        contract, fitting = as_written(self._contract, payload)
        body = self._bound(body_for_create(contract, fitting))
        answer, was_found = post_unless_there(
            self._client,
            _home(contract, payload),
            body,
            look=lambda error: self._look_up(payload, known_ids, error),
            headers=self._headers,
        )
        if not isinstance(answer.get("id"), str):
            raise GraphResponseUnreadable("a create that answered without an id")
        return Created(answer["id"], was_found)

    def _look_up(self, payload: JsonObject, known_ids: frozenset[str], error: GraphError) -> JsonObject | None:
        """Return the object that the create made after all; None when it made none."""
        candidates: list[JsonObject] = []
        for look in range(1 if self._contract.settles else LOOKS_WHILE_UNSETTLED):
            if look:
                self._client.pause(self._client.retry_policy.look_seconds)
            candidates = self._new_ones(payload, known_ids, error)
            recognized = self._recognized(payload, candidates) if candidates else []
            if len(recognized) == 1:
                return recognized[0]
        if candidates:
            raise GraphOutcomeUnknown(match_count=len(candidates), facts=error.facts) from error
        return None

    def _recognized(self, payload: JsonObject, candidates: list[JsonObject]) -> list[JsonObject]:
        """Return the candidates that can be what the create has made: the others somebody else has created."""
        reads = read_by_id(self._client, self._contract, candidates)
        payloads = {outcome.graph_id: outcome.payload for outcome in reads}
        return [
            candidate
            for candidate in candidates
            if (live := payloads.get(str(candidate["id"]))) and can_be_made_from(self._contract, payload, live)
        ]

    def _new_ones(self, payload: JsonObject, known_ids: frozenset[str], error: GraphError) -> list[JsonObject]:
        try:
            items = list(read_policies(self._client, self._contract))
        except GraphStopped:
            raise
        except GraphError as blind:
            raise GraphOutcomeUnknown(match_count=0, facts=error.facts) from blind
        return [item for item in items if item["id"] not in known_ids and self._is_like(item, payload)]

    def _is_like(self, item: JsonObject, payload: JsonObject) -> bool:
        name = self._contract.name_field
        types = {_type_of(item).lstrip("#"), _type_of(payload).lstrip("#")} - {""}
        return item.get(name) == payload.get(name) and len(types) <= 1

    def _act(self, graph_id: str, action: Action, payload: JsonObject) -> None:
        """The further request for one part; a payload without the part leaves it as it is."""
        if action.part not in payload:
            return
        part = part_for_body(self._contract, payload, action.part)
        path = self._contract.address(graph_id, odata_type=_type_of(payload), below=action.path)
        if action.home:
            path = f"/{self._contract.version}{action.home}/{quote(graph_id, safe='')}/{action.path}"
        if action.one_by_one:
            write_each(self._client, action, path, part, bare=self._bare(action.part), headers=self._headers)
            return
        if action.removed_key:
            items = self._contract.address(graph_id, odata_type=_type_of(payload), below=action.part)
            exchange_items(self._client, action, path, items, part, self._headers)
            return
        if action.told_by:
            items = self._contract.address(graph_id, odata_type=_type_of(payload), below=action.part)
            part = with_ids_of_present(self._client, action, items, part)
        extra = {name: payload[name] for name in action.extra if name in payload}
        self._client.send("POST", path, {action.body_key: part, **extra}, headers=self._headers)

    def _bound(self, body: JsonObject) -> JsonObject:
        return bound(self._contract.binds, body, f"{self._client.graph_url}/{self._contract.version}")

    def _bare(self, part: str) -> Bare:
        return lambda items: part_for_body(self._contract, {part: list(items)}, part)

    def _replace_assignments(self, graph_id: str, rows: Sequence[JsonObject], odata_type: str) -> None:
        rules = self._contract.assign
        if rules is None:
            raise NotWritable(f"{self._contract.key} is not assigned")
        path = self._contract.address(graph_id, odata_type=odata_type, below=rules.path)
        replace_assignments(self._client, rules, path, rows, self._headers)


def _home(contract: Contract, payload: JsonObject) -> str:
    """Return the path to create at; some types are born at another address than the one they are listed at."""
    own = contract.create.path if contract.create else ""
    home = own or contract.collections.get(_type_of(payload).rpartition(".")[2], contract.path)
    filled = re.sub(r"\{(\w+)\}", lambda name: quote(str(payload.get(name[1], "")), safe=""), home)
    return f"/{contract.version}{filled}"


def _type_of(payload: JsonObject) -> str:
    return str(payload.get("@odata.type") or "")
