"""Tasks: the writes of each item of a restore, computed from its confirmed preview."""

from collections import defaultdict
from enum import Enum

from tenantpilot.core.errors import ReasonedError
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.restores.assigning import with_rows_to_write
from tenantpilot.restores.deciding import decisions_of
from tenantpilot.restores.emergency import LockoutCheck, Planned
from tenantpilot.restores.matching import Finding
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.planning import Lockout, Plan, Question, plan_for
from tenantpilot.restores.references import Key, key_of, references_to_decide
from tenantpilot.restores.sources import source_of
from tenantpilot.restores.states import IMPORTANT, Action, Choice, ItemState, Match, StateChoice
from tenantpilot.restores.writing import Task
from tenantpilot.versions.payloads import content_of

NOTED = ("type", "source_id", "action", "state", "target_id", "found_id")


class ItemRefused(ReasonedError):
    """The item was not written, for a reason of the catalogue."""


class Dependency(Enum):
    """The state of what an item needs: created, waiting for an approval, or not created."""

    MET = "met"
    WAITS = "waits"
    FAILED = "failed"


class Tasks:
    """The tasks of one restore. Its items are read once: the run is their only writer, and notes what it has moved."""

    def __init__(self, restore: RestoreRun, lockouts: LockoutCheck) -> None:
        self._restore, self._lockouts = restore, lockouts
        rows = RestoreMapping.everywhere.filter(restore_run=restore)
        self._mappings = {(row.kind, row.source_id): row for row in rows}
        self._created: dict[Key, str] = {}
        self._ids: defaultdict[str, set[str]] = defaultdict(set)
        self._to_create: dict[Key, ItemState] = {}
        for item in RestoreItem.everywhere.of_run(restore.pk).only(*NOTED):
            self.note(item)

    def note(self, item: RestoreItem) -> None:
        """Take the item as it stands now: what others refer to, and beside which objects they are created."""
        key = (item.type, item.source_id.lower())
        self._ids[item.type].update(graph_id.lower() for graph_id in (item.target_id, item.found_id) if graph_id)
        if item.target_id:
            self._created[key] = item.target_id
        if item.action == Action.CREATE:
            self._to_create[key] = ItemState(item.state)

    def task(self, item: RestoreItem, contract: Contract, live: JsonObject | None, approval_code: str = "") -> Task:
        """Return the task of the item, computed as the preview did it. Raises ItemRefused."""
        before = content_of(item.before_version.payload) if item.before_version else None
        plan = self._plan(item, contract, before if item.intent and before is not None else live)
        if plan.action is Action.NONE:
            plan = Plan(Action.UPDATE, plan.payload)
        if plan.blockers:
            raise ItemRefused(reason_code=plan.blockers[0].code)
        if item.planned_state and plan.payload.get("state") != item.planned_state:
            raise ItemRefused(reason_code="changed_since_preview")
        if plan.lockout is not Lockout.NONE and not item.intent:
            self._refuse_lockout(plan, live)
        return Task(
            contract=contract,
            payload=plan.payload,
            live_hash=item.live_hash,
            target_id=item.effective_target,
            earlier=item.intent,
            before=before,
            justification=self._restore.reason,
            approval_code=approval_code,
            namesakes=self._namesakes(item),
        )

    def _namesakes(self, item: RestoreItem) -> frozenset[str]:
        """Return the ids beside which the item may be created: those that were shown, and those of this restore."""
        if item.action != Action.CREATE:
            return frozenset()
        return frozenset(
            self._ids[item.type].union(str(candidate.get("id", "")).lower() for candidate in item.candidates)
        )

    def _refuse_lockout(self, plan: Plan, live: JsonObject | None) -> None:
        """Look at the tenant once more: other policies may have changed since the preview. Raises ItemRefused."""
        verdict = self._lockouts.verdict({0: Planned(plan, live)})
        if code := verdict.refused.get(0):
            raise ItemRefused(reason_code=code)

    def _plan(self, item: RestoreItem, contract: Contract, live: JsonObject | None) -> Plan:
        return plan_for(
            Question(
                contract=contract,
                source=source_of(contract, item),
                live=live,
                finding=Finding(Match(item.match), item.found_id),
                choice=Choice(item.choice),
                options=self._restore.chosen,
                same_tenant=self._restore.is_same_tenant,
                decisions=decisions_of(self._mappings, self._created),
                state_choice=StateChoice(item.state_choice),
            )
        )

    def dependency_of(self, item: RestoreItem, contract: Contract) -> Dependency:
        """Return the state of the items of this restore that it refers to and that have to be created first."""
        if item.action == Action.DELETE:
            return Dependency.MET
        written = with_rows_to_write(
            contract,
            source_of(contract, item),
            self._restore.chosen,
            is_new=item.action == Action.CREATE,
            same_tenant=self._restore.is_same_tenant,
        )
        needed = {key_of(named) for named in references_to_decide(contract, written)}
        needed.discard((item.type, item.source_id.lower()))
        states = {self._to_create[key] for key in needed if key in self._to_create} - set(IMPORTANT)
        if states - {ItemState.WAITING}:
            return Dependency.FAILED
        return Dependency.WAITS if states else Dependency.MET
