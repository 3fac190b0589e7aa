"""The plan for one item: what is written to which object, or what stands in the way. The same for preview and write."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tenantpilot.graph.compare.differences import Difference, differences
from tenantpilot.graph.compare.form import secret_places
from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import is_mask
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode
from tenantpilot.graph.write.recognizing import is_begun_from
from tenantpilot.restores.assigning import (
    Rows,
    assignments_for,
    has_doubled_targets,
    own_rows,
    rule_for,
    with_rows_to_write,
)
from tenantpilot.restores.matching import Finding
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS, StatePlan, covers_everybody, with_safe_state
from tenantpilot.restores.references import Decisions, Key, MappedPayload, foreign_ids, with_decisions
from tenantpilot.restores.states import Action, Choice, Match, StateChoice

Payload = dict[str, Any]
COPY_SUFFIX = " (restored)"
TO_DELETE = "deletes_object"


@dataclass(frozen=True)
class Question:
    """An item, and what is known of the tenant. `source` has its secrets in plain; `live` is the object found."""

    contract: Contract
    source: Payload = field(repr=False)
    live: Payload | None = field(repr=False)
    finding: Finding
    choice: Choice
    options: RestoreOptions
    same_tenant: bool
    decisions: Decisions
    foreign: Collection[str] = ()
    state_choice: StateChoice = StateChoice.USUAL
    is_begun: bool = False
    """An object to delete that was created; `source` is what it should have become, parts of which may be missing."""


@dataclass(frozen=True)
class Blocker:
    """The code of a reason, and the references that it is about."""

    code: str
    about: tuple[Key, ...] = ()
    permission: str = ""
    restorability: str = ""
    """The reason for which an object is only previewed."""


class Lockout(Enum):
    """The way in which a policy can lock people out: not at all, as one that stays or becomes enforced."""

    NONE = "none"
    STAYS = "stays"
    BECOMES = "becomes"


@dataclass(frozen=True)
class Plan:
    """`payload` is what the object becomes. A plan with blockers writes nothing.

    One whose `lockout` says that it can lock out is checked against the emergency accounts before it is written.
    """

    action: Action
    payload: Payload = field(default_factory=dict, repr=False)
    blockers: tuple[Blocker, ...] = ()
    warnings: tuple[str, ...] = ()
    lockout: Lockout = Lockout.NONE


def plan_for(question: Question) -> Plan:
    """Return the plan: the first thing that stands in the way blocks the item."""
    if question.choice is Choice.SKIP:
        return Plan(Action.SKIP)
    if question.choice is Choice.DELETE:
        return _deleting(question)
    if blocker := _not_at_all(question):
        return Plan(Action.BLOCK, blockers=(blocker,))
    written = with_rows_to_write(
        question.contract,
        question.source,
        question.options,
        is_new=question.live is None,
        same_tenant=question.same_tenant,
    )
    mapped = with_decisions(question.contract, written, question.decisions)
    if mapped.blocker:
        return _blocked(mapped.blocker, mapped.about)
    if foreign_ids(
        question.contract,
        mapped.payload,
        question.decisions,
        same_tenant=question.same_tenant,
        source_ids=question.foreign,
    ):
        return _blocked("foreign_id")
    plan = _with_assignments(question, mapped, written.get("assignments") or ())
    return plan if plan.blockers else _with_state(question, plan)


def _deleting(question: Question) -> Plan:
    if question.live is None:
        return Plan(Action.NONE)
    if not _is_as_created(question, question.live):
        return _blocked("changed_since_restore")
    return Plan(Action.DELETE, dict(question.source), warnings=(TO_DELETE,))


def _is_as_created(question: Question, live: Payload) -> bool:
    if not question.is_begun:
        return not changes_to(question.contract, live, question.source)
    return is_begun_from(question.contract, question.source, live)


def _not_at_all(question: Question) -> Blocker | None:
    """Return the blocker that holds whatever the references are, None without one."""
    answer = question.contract.restorability(question.source)
    if answer.mode is not RestoreMode.FULL and answer.reason is not Reason.DELIVERED:
        return Blocker("preview_only", restorability=answer.reason.value)
    if question.finding.match is Match.CONFLICT:
        return Blocker("conflict")
    if question.live is None and (_is_delivered(question) or question.contract.create is None):
        return Blocker("delivered_missing")
    return None


def _is_delivered(question: Question) -> bool:
    answer = question.contract.restorability(question.source)
    return question.contract.is_delivered(question.source) or answer.reason is Reason.DELIVERED


def _with_assignments(question: Question, mapped: MappedPayload, rows: Rows) -> Plan:
    """Return the plan with the assignments that the rule gives; without any list where they stay as they are.

    `rows` are the assignments to write before references were left out.
    """
    is_new, payload = question.live is None, mapped.payload
    rule = rule_for(question.options, is_new=is_new, same_tenant=question.same_tenant)
    source = payload.pop("assignments", None)
    live = None if question.live is None else question.live.get("assignments") or []
    assigned = assignments_for(rule, source, live)
    if rows and not own_rows(assigned.rows or ()):
        return _blocked("would_be_empty", mapped.left_out)
    if has_doubled_targets(assigned.rows or ()) and not has_doubled_targets(question.source.get("assignments") or ()):
        return _blocked("doubled_target")
    if assigned.rows is not None and question.contract.assign is not None:
        payload["assignments"] = assigned.rows
    if question.choice is Choice.COPY:
        name = question.contract.name_field
        payload[name] = f"{payload.get(name) or ''}{COPY_SUFFIX}"
    return Plan(Action.CREATE if is_new else Action.UPDATE, payload, warnings=assigned.warnings)


def _with_state(question: Question, plan: Plan) -> Plan:
    """Return the plan in the state that it may have, and nothing to do where the tenant has it like this."""
    sharp = StatePlan(plan.payload)
    if question.contract.key == CONDITIONAL_ACCESS:
        sharp = with_safe_state(plan.payload, question.live, question.state_choice)
    changes = changes_to(question.contract, question.live, sharp.payload) if question.live is not None else []
    if question.live is not None and not changes:
        return Plan(Action.NONE, sharp.payload)
    sends_body = question.live is None or any(not change.path.startswith("assignments") for change in changes)
    if sends_body and has_masks(question.contract, sharp.payload):
        return _blocked("secret_masked")
    return Plan(
        plan.action,
        sharp.payload,
        warnings=(*plan.warnings, *sharp.warnings),
        lockout=_lockout_of(sharp),
    )


def _lockout_of(sharp: StatePlan) -> Lockout:
    if not sharp.is_enforced or not covers_everybody(sharp.payload):
        return Lockout.NONE
    return Lockout.BECOMES if sharp.becomes_enforced else Lockout.STAYS


def changes_to(contract: Contract, live: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Difference]:
    """Return the differences that a write would make; assignments only where the payload speaks of them."""
    if isinstance(payload.get("assignments"), list):
        return differences(contract, live, payload)
    return differences(contract, _bare(live), _bare(payload))


def has_masks(contract: Contract, payload: Mapping[str, Any]) -> bool:
    """Return True if a mask stands in the place of a secret."""
    masked = any(place.is_masked for place in secret_places(contract, payload) if place.value not in ("", None))
    return masked or any(is_mask(text) for _path, _place, text in paths.texts(dict(payload)))


def _bare(payload: Mapping[str, Any]) -> Payload:
    return {name: value for name, value in payload.items() if name != "assignments"}


def _blocked(code: str, about: tuple[Key, ...] = ()) -> Plan:
    return Plan(Action.BLOCK, blockers=(Blocker(code, about),))
