"""Writing one item to its tenant, so that it may be repeated after a crash at any request.

Before the first request that changes anything, the intent is stored: for an object that is there its before-image and
the places that change, for one that is created the ids of those that have its name already. A second attempt looks at
the tenant first and goes on from what it finds. Only workers import this module (GUARD-F).
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tenantpilot.core.errors import ReasonedError
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.compare.differences import Difference, Kind, differences
from tenantpilot.graph.compare.form import Form
from tenantpilot.graph.compare.items import canonical
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import (
    GraphApprovalPending,
    GraphError,
    GraphHalfWritten,
    GraphOutcomeUnknown,
    GraphStopped,
)
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.graph.read.single import read_object, read_when_shown
from tenantpilot.graph.write.exact import Approval, write_if_unchanged, write_onto
from tenantpilot.graph.write.recognizing import can_be_made_from
from tenantpilot.graph.write.results import ChangedSince, HalfWritten, Intent, Result
from tenantpilot.graph.write.writer import Writer
from tenantpilot.restores.live import fingerprint_in, hash_of, live_form
from tenantpilot.restores.matching import is_alike, normal_name
from tenantpilot.restores.planning import changes_to
from tenantpilot.tenancy.models import Tenant

LIST_GOOD_FOR_SECONDS = 10
LOOKS_FOR_OURS = 4
"""At a list that may not show at once what was created."""


@dataclass(frozen=True)
class Task:
    """An item to write. `earlier` is the intent that an attempt before this one has stored; empty at first.

    `before` is the payload of the before-image, where one is kept. `namesakes` are the objects beside which a new one
    is created on purpose: those that the preview has shown, and those that this restore has created.
    """

    contract: Contract
    payload: JsonObject = field(repr=False)
    live_hash: str
    target_id: str
    earlier: Mapping[str, object]
    before: JsonObject | None = field(default=None, repr=False)
    justification: str = ""
    approval_code: str = ""
    namesakes: frozenset[str] = frozenset()


class NamesakeAppeared(ReasonedError):
    """The tenant has an object of this name that the preview did not show: a second one is not created."""

    reason_code = "namesake_appeared"


@dataclass(frozen=True)
class Journal:
    """The functions that write down what is about to happen, each in a transaction of its own."""

    changes: Callable[[Intent], None]
    creates: Callable[[list[str]], None]
    created: Callable[[str], None]
    deletes: Callable[[JsonObject], None]


class ItemWriter:
    """Writes items of one tenant."""

    def __init__(self, client: GraphClient, tenant: Tenant) -> None:
        self._client, self._tenant = client, tenant
        self._lists: dict[str, tuple[float, list[JsonObject]]] = {}

    def update(self, task: Task, live: JsonObject, journal: Journal) -> Result:
        """Make the object, just read, what the task says, if it is still the one that was seen. Raises GraphError."""
        form = live_form(task.contract, live, self._tenant)
        if hash_of(form) != task.live_hash and not self._is_ours(task, live):
            return ChangedSince(live)
        return self._write(task, task.target_id, form, journal)

    def create(self, task: Task, journal: Journal) -> tuple[str, Result]:
        """Create the object, or go on with the one that an earlier attempt has created.

        Raises GraphError, NamesakeAppeared.

        Return its id, and how it compares with what was wanted after it was assigned.
        """
        graph_id = task.target_id or self._earlier_one(task, journal) or self._new_one(task, journal)
        try:
            return graph_id, self._finished(task, graph_id, journal)
        except (GraphStopped, GraphApprovalPending):
            raise
        except GraphError as error:
            return graph_id, HalfWritten(graph_id, error, {})

    def delete(self, task: Task, journal: Journal) -> Result | None:
        """Delete the object if it is still the one that was seen; None when it is gone. Raises GraphError."""
        live = self.read(task.contract, task.target_id, task.payload)
        if live is None:
            return None
        form = live_form(task.contract, live, self._tenant)
        if hash_of(form) != task.live_hash and not _is_being_deleted(task, live):
            return ChangedSince(live)
        journal.deletes(live)
        odata_type = str(live.get("@odata.type") or "")
        self._writer(task).delete(task.target_id, odata_type=odata_type)
        return None

    def read(self, contract: Contract, graph_id: str, like: JsonObject) -> JsonObject | None:
        """Return the whole object; None when it is gone. Raises GraphError."""
        odata_type = str(like.get("@odata.type") or "")
        return read_object(self._client, contract, graph_id, odata_type=odata_type)

    def _write(self, task: Task, graph_id: str, expected: Form, journal: Journal) -> Result:
        return write_if_unchanged(
            self._client,
            task.contract,
            graph_id,
            task.payload,
            expected,
            record=journal.changes,
            approval=Approval(task.justification, task.approval_code),
            fingerprint=fingerprint_in(self._tenant),
        )

    def _is_ours(self, task: Task, live: JsonObject) -> bool:
        """Return True if the object stands between its before-image and what was wanted, after an earlier attempt.

        Anything that is neither was changed by somebody else.
        """
        if task.before is None or not isinstance(task.earlier.get("paths"), list):
            return False
        if not changes_to(task.contract, live, task.payload):
            return True
        intended_changes = _as_pairs(changes_to(task.contract, task.before, task.payload))
        return _as_pairs(differences(task.contract, task.before, live)) <= intended_changes

    def _earlier_one(self, task: Task, journal: Journal) -> str:
        """Return the id of the object that an earlier attempt has created without coming to write its id down.

        Then it is written down; "" where there is none.
        """
        known_ids = task.earlier.get("known")
        if not isinstance(known_ids, list):
            return ""
        for look in range(1 if task.contract.settles else LOOKS_FOR_OURS):
            if look:
                self._client.pause(self._client.retry_policy.look_seconds)
            self._lists.pop(task.contract.key, None)
            new = [graph_id for graph_id in self._namesakes(task) if graph_id not in known_ids]
            own_ids = [graph_id for graph_id in new if self._is_made_by_us(task, graph_id)]
            if len(own_ids) == 1:
                journal.created(own_ids[0])
                return own_ids[0]
            if new:
                raise GraphOutcomeUnknown(match_count=len(new))
        return ""

    def _is_made_by_us(self, task: Task, graph_id: str) -> bool:
        live = self.read(task.contract, graph_id, task.payload)
        return live is not None and can_be_made_from(task.contract, task.payload, live)

    def _new_one(self, task: Task, journal: Journal) -> str:
        known_ids = task.earlier.get("known")
        names = list(known_ids) if isinstance(known_ids, list) else self._expected_namesakes(task)
        journal.creates(names)
        try:
            created = self._writer(task).create(task.payload, known_ids=names, record=journal.created)
            graph_id = created.graph_id
        except GraphHalfWritten as half:
            graph_id = half.graph_id
        _since, items = self._lists.get(task.contract.key, (0.0, []))
        items.append({**task.payload, "id": graph_id})
        return graph_id

    def _expected_namesakes(self, task: Task) -> list[str]:
        """Return the ids of the objects of this name, all of which are known. Raises NamesakeAppeared."""
        present = self._namesakes(task)
        if _name_of(task, task.payload) and any(graph_id.lower() not in task.namesakes for graph_id in present):
            raise NamesakeAppeared
        return present

    def _namesakes(self, task: Task) -> list[str]:
        """Return the ids of the objects of the same type, template and name, or nameless like it. Raises GraphError."""
        is_nameless = not _name_of(task, task.payload)
        return [
            str(item["id"])
            for item in self._listed(task.contract)
            if is_alike(task.contract, task.payload, item) or (is_nameless and not _name_of(task, item))
        ]

    def _listed(self, contract: Contract) -> list[JsonObject]:
        """Return the list of a type, at most a minute old, with what was created since. Raises GraphError."""
        since, items = self._lists.get(contract.key, (0.0, []))
        if contract.key not in self._lists or time.monotonic() - since > LIST_GOOD_FOR_SECONDS:
            items = list(read_policies(self._client, contract))
            self._lists[contract.key] = (time.monotonic(), items)
        return items

    def _finished(self, task: Task, graph_id: str, journal: Journal) -> Result:
        """Wait until the new object can be read, then make it equal to what was wanted, its assignments included."""
        odata_type = str(task.payload.get("@odata.type") or "")
        live = read_when_shown(self._client, task.contract, graph_id, odata_type=odata_type)
        approval = Approval(task.justification, task.approval_code)
        return write_onto(self._client, task.contract, live, task.payload, record=journal.changes, approval=approval)

    def _writer(self, task: Task) -> Writer:
        return Writer(self._client, task.contract, justification=task.justification, approval_code=task.approval_code)


def _name_of(task: Task, payload: JsonObject) -> str:
    return normal_name(payload.get(task.contract.name_field))


def _is_being_deleted(task: Task, live: JsonObject) -> bool:
    """Return True if the object lacks nothing but what an earlier attempt has taken away before its deletion."""
    if task.before is None or not task.earlier.get("deletes"):
        return False
    changes = differences(task.contract, task.before, live)
    return all(
        (change.path.startswith("assignments") and change.kind is Kind.REMOVED)
        or (change.path in task.contract.disarmed and change.after == task.contract.disarmed[change.path])
        for change in changes
    )


def _as_pairs(changes: Iterable[Difference]) -> set[tuple[str, str]]:
    """Return the path and the canonical new value of each change."""
    return {(change.path, canonical(change.after)) for change in changes}
