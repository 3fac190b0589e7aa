"""The order of the items of a restore, and what stands in the way between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.order import DependencyCycle, items_in_order
from tenantpilot.restores.matching import Finding, doubled_targets
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.planning import Blocker, Plan
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS
from tenantpilot.restores.references import Key, key_of, references_to_decide
from tenantpilot.restores.states import CREATE_OR_UPDATE, WRITING, Action, Choice, Match


@dataclass
class Subject:
    """An item on the way to its plan."""

    item: RestoreItem
    contract: Contract
    source: JsonObject = field(repr=False)
    to_write: JsonObject = field(default_factory=dict, repr=False)
    """The source with those of its assignments alone that the rule writes: other references do not count."""
    finding: Finding = field(default_factory=lambda: Finding(Match.ABSENT))
    live: JsonObject | None = field(default=None, repr=False)
    plan: Plan = field(default_factory=lambda: Plan(Action.UNDECIDED))
    error: Exception | None = None
    turn: int = 0
    namesakes: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.contract.key, self.item.source_id.lower())

    @property
    def states(self) -> tuple[str, str]:
        """Return the states of a Conditional Access policy now and after; empty where there is none, or no plan."""
        if self.contract.key != CONDITIONAL_ACCESS:
            return "", ""
        after = {} if self.plan.action is Action.DELETE else self.plan.payload
        return str((self.live or {}).get("state") or ""), str(after.get("state") or "")

    def block(self, code: str, permission: str = "") -> None:
        self.plan = Plan(Action.BLOCK, blockers=(Blocker(code, permission=permission),))

    def warn(self, code: str) -> None:
        self.plan = replace(self.plan, warnings=(*self.plan.warnings, code))


def block_doubled(subjects: Sequence[Subject]) -> None:
    """Block items that would be written to one object: neither of them is written."""
    targets = [
        (subject.item.pk, subject.contract.key, str(subject.live["id"]))
        for subject in subjects
        if subject.live and subject.item.choice != Choice.SKIP
    ]
    doubled = doubled_targets(targets)
    for subject in subjects:
        if subject.item.pk in doubled:
            subject.finding = replace(
                subject.finding, match=Match.CONFLICT, candidates=(str((subject.live or {}).get("id", "")),)
            )
            subject.live = None
            subject.block("conflict")


def put_in_order(subjects: Sequence[Subject]) -> None:
    """Give each item its turn: what others refer to comes first, and deletions come last, in the opposite order."""
    writing = [subject for subject in subjects if subject.plan.action in CREATE_OR_UPDATE]
    try:
        ordered = items_in_order((subject.contract, subject.to_write) for subject in writing)
    except DependencyCycle as cycle:
        _block_circle(writing, cycle)
        put_in_order(subjects)
        return
    turns = {(contract.key, str(payload["id"]).lower()): n for n, (contract, payload) in enumerate(ordered, 1)}
    for subject in subjects:
        subject.turn = turns.get(subject.key, 0)
    deleting = [subject for subject in subjects if subject.plan.action is Action.DELETE]
    for turn, subject in enumerate(sorted(deleting, key=lambda subject: -subject.item.position), len(turns) + 1):
        subject.turn = turn


def block_dependants(subjects: Sequence[Subject]) -> None:
    """Block what needs an item that is to be created and cannot be, and what needs that in turn."""
    while True:
        missing = {subject.key for subject in subjects if subject.plan.action is Action.BLOCK and subject.live is None}
        dependants = [
            subject for subject in subjects if subject.plan.action in WRITING and _needs_any(subject, missing)
        ]
        if not dependants:
            return
        for subject in dependants:
            subject.block("dependency_blocked")


def _block_circle(writing: Sequence[Subject], cycle: DependencyCycle) -> None:
    ids = {member.rpartition("/")[2].lower() for member in cycle.members}
    for subject in writing:
        if subject.key[1] in ids:
            subject.block("dependency_cycle")


def _needs_any(subject: Subject, missing: set[Key]) -> bool:
    return any(key_of(named) in missing for named in references_to_decide(subject.contract, subject.to_write))
