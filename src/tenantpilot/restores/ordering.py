"""The order of the items of a restore, and what stands in the way between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.order import DependencyCycle, items_in_order
from tenantpilot.restores.matching import Found, doubled_targets
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.planning import Blocker, Plan
from tenantpilot.restores.references import Key, key_of, references_to_decide
from tenantpilot.restores.states import WRITING, Action, Choice, Match


@dataclass
class Subject:
    """An item on the way to its plan."""

    item: RestoreItem
    contract: Contract
    source: JsonObject = field(repr=False)
    found: Found = field(default_factory=lambda: Found(Match.ABSENT))
    live: JsonObject | None = field(default=None, repr=False)
    plan: Plan = field(default_factory=lambda: Plan(Action.UNDECIDED))
    error: Exception | None = None
    turn: int = 0
    namesakes: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.contract.key, self.item.source_id.lower())

    def block(self, code: str, permission: str = "") -> None:
        self.plan = Plan(Action.BLOCK, blockers=(Blocker(code, permission=permission),))

    def warn(self, code: str) -> None:
        self.plan = replace(self.plan, warnings=(*self.plan.warnings, code))


def block_doubled(subjects: Sequence[Subject]) -> None:
    """Block items that would be written to one object: neither of them is written."""
    targets = [
        (one.item.pk, one.contract.key, str(one.live["id"]))
        for one in subjects
        if one.live and one.item.choice != Choice.SKIP
    ]
    doubled = doubled_targets(targets)
    for one in subjects:
        if one.item.pk in doubled:
            one.found = replace(one.found, match=Match.CONFLICT, candidates=(str((one.live or {}).get("id", "")),))
            one.live = None
            one.block("conflict")


def put_in_order(subjects: Sequence[Subject]) -> None:
    """Give each item its turn: what others refer to comes first, and deletions come last, in the opposite order."""
    writing = [one for one in subjects if one.plan.action in (Action.CREATE, Action.UPDATE)]
    try:
        ordered = items_in_order((one.contract, one.source) for one in writing)
    except DependencyCycle as cycle:
        _block_circle(writing, cycle)
        put_in_order(subjects)
        return
    turns = {(contract.key, str(payload["id"]).lower()): n for n, (contract, payload) in enumerate(ordered, 1)}
    for one in subjects:
        one.turn = turns.get(one.key, 0)
    deleting = [one for one in subjects if one.plan.action is Action.DELETE]
    for turn, one in enumerate(sorted(deleting, key=lambda one: -one.item.position), len(turns) + 1):
        one.turn = turn


def block_dependants(subjects: Sequence[Subject]) -> None:
    """Block what needs an item that is to be created and cannot be, and what needs that in turn."""
    while True:
        missing = {one.key for one in subjects if one.plan.action is Action.BLOCK and one.live is None}
        dependants = [one for one in subjects if one.plan.action in WRITING and _needs_any(one, missing)]
        if not dependants:
            return
        for one in dependants:
            one.block("dependency_blocked")


def _block_circle(writing: Sequence[Subject], cycle: DependencyCycle) -> None:
    ids = {member.rpartition("/")[2].lower() for member in cycle.members}
    for one in writing:
        if one.key[1] in ids:
            one.block("dependency_cycle")


def _needs_any(subject: Subject, missing: set[Key]) -> bool:
    return any(key_of(named) in missing for named in references_to_decide(subject.contract, subject.source))
