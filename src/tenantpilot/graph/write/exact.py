"""Making an object equal to a payload, unless it has changed since it was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.compare.differences import Difference, differences
from tenantpilot.graph.compare.form import Fingerprint, Form, fingerprint_of_process, form_of
from tenantpilot.graph.contracts.model import Contract, Update
from tenantpilot.graph.errors import GraphApprovalPending, GraphError, GraphHalfWritten, GraphStopped
from tenantpilot.graph.read.single import read_object
from tenantpilot.graph.write.exact_bodies import payload_for_update
from tenantpilot.graph.write.results import (
    ChangedSince,
    HalfWritten,
    Intent,
    NeedsNewObject,
    Result,
    WaitingForApproval,
    Written,
    WrittenWithDifferences,
)
from tenantpilot.graph.write.writer import Writer

LOOKS_UNTIL_EQUAL = 4
"""At an object whose service does not show at once what was written."""

Record = Callable[[Intent], None]


@dataclass(frozen=True)
class Approval:
    """The answer to Multi Admin Approval for a write: a reason at first, then the code of what was approved."""

    justification: str = ""
    code: str = ""


def write_if_unchanged(
    client: GraphClient,
    contract: Contract,
    graph_id: str,
    payload: JsonObject,
    expected: Form,
    *,
    record: Record,
    approval: Approval | None = None,
    fingerprint: Fingerprint = fingerprint_of_process,
) -> Result:
    """Make the live object equal to the payload, if its form is still the expected one. Raises GraphError.

    Assignments are made those of the payload where it has any list of them, and stay as they are where it has none.
    `record` is called before the first request that changes anything (SEC-10). `fingerprint` is the one with which
    the expected form was made.
    """
    odata_type = str(payload.get("@odata.type") or "")
    live = read_object(client, contract, graph_id, odata_type=odata_type)
    if live is None or not form_of(contract, live, fingerprint=fingerprint).same(expected):
        return ChangedSince(live)
    return write_onto(client, contract, live, payload, record=record, approval=approval)


def write_onto(
    client: GraphClient,
    contract: Contract,
    live: JsonObject,
    payload: JsonObject,
    *,
    record: Record,
    approval: Approval | None = None,
) -> Result:
    """Make the object, which was read whole just now, equal to the payload. Raises GraphError.

    `record` and the treatment of assignments are those of `write_if_unchanged`.
    """
    changes = _differences(contract, payload, live)
    if not changes:
        return Written(live, live, was_equal=True)
    if unchangeable := _unchangeable(contract, payload, live, changes):
        return NeedsNewObject(unchangeable)
    graph_id, approval = str(live["id"]), approval or Approval()
    record(Intent(contract.key, graph_id, live, tuple(change.path for change in changes)))
    writer = Writer(client, contract, justification=approval.justification, approval_code=approval.code)
    return _Attempt(client, contract, graph_id, payload, live, writer).result(changes)


@dataclass(frozen=True)
class _Attempt:
    client: GraphClient
    contract: Contract
    graph_id: str
    payload: JsonObject
    live: JsonObject
    writer: Writer

    def result(self, changes: list[Difference]) -> Result:
        """Send what is needed, read the object again and compare.

        Raises GraphStopped, also behind the first write: who goes on recognizes what was written by its before-image.
        """
        of_assignments = [change for change in changes if change.path.startswith("assignments")]
        has_written = False
        try:
            if len(of_assignments) < len(changes):
                body = payload_for_update(self.contract, self.payload, self.live)
                self.writer.update(self.graph_id, body, live=self.live)
                has_written = True
            if of_assignments:
                self._assign()
        except GraphStopped:
            raise
        except GraphApprovalPending as pending:
            return WaitingForApproval(pending.approval_code, self.live)
        except GraphHalfWritten as half:
            return HalfWritten(self.graph_id, half, self.live)
        except GraphError as error:
            if not has_written:
                raise
            return HalfWritten(self.graph_id, error, self.live)
        return self._compared()

    def _assign(self) -> None:
        rows, odata_type = self.payload["assignments"], str(self.live.get("@odata.type") or "")
        if rows:
            self.writer.assign(self.graph_id, rows, odata_type=odata_type)
        else:
            self.writer.unassign(self.graph_id, odata_type=odata_type)

    def _compared(self) -> Result:
        for look in range(1 if self.contract.settles else LOOKS_UNTIL_EQUAL):
            if look:
                self.client.pause(self.client.retry_policy.look_seconds)
            odata_type = str(self.payload.get("@odata.type") or "")
            after = read_object(self.client, self.contract, self.graph_id, odata_type=odata_type)
            if after is not None and not (left := _differences(self.contract, self.payload, after)):
                return Written(self.live, after)
        if after is None:
            return WrittenWithDifferences(("",), self.live, {})
        return WrittenWithDifferences(tuple(change.path for change in left), self.live, after)


def _differences(contract: Contract, payload: JsonObject, live: JsonObject) -> list[Difference]:
    """Return the changes to write; assignments only where the payload speaks of them."""
    if isinstance(payload.get("assignments"), list):
        return differences(contract, payload, live)
    return differences(contract, _bare(payload), _bare(live))


def _bare(payload: JsonObject) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "assignments"}


def unchangeable(contract: Contract, payload: JsonObject, live: JsonObject) -> str:
    """Return a property that would have to change and that no update changes; "" when there is none."""
    changes = _differences(contract, payload, live)
    return _unchangeable(contract, payload, live, changes) if changes else ""


def _unchangeable(contract: Contract, payload: JsonObject, live: JsonObject, changes: list[Difference]) -> str:
    """Return the first property that differs and that no update changes; "" when there is none."""
    if contract.update is None and any(not change.path.startswith("assignments") for change in changes):
        return changes[0].path
    types = {str(version.get("@odata.type") or contract.odata_type).lstrip("#") for version in (payload, live)}
    if len(types) > 1:
        return "@odata.type"
    rules = contract.update or Update()
    written = {action.part for action in rules.actions}
    fixed = {*rules.without} - written
    differing = (change.path.partition("[")[0] for change in changes)
    return next((path for path in differing if path in fixed or path.partition(".")[0] in fixed), "")
