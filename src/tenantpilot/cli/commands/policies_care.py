"""`tenantpilot policies list`, `ignore` and `unignore`."""

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from tenantpilot.cli import run_words
from tenantpilot.cli.commands.add import find_tenant
from tenantpilot.cli.commands.policies_chosen import (
    AsJson,
    Chosen,
    OfType,
    Person,
    TenantName,
    able_person,
    not_accepted,
    print_started,
    selection_of,
)
from tenantpilot.cli.console import out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.inventory.badges import POLICY_STATE
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.policy_types import Area, label_of
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.inventory.services import start_ignore, start_unignore
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability

Everything = Annotated[bool, typer.Option("--all", help="All policies that match, not single ones.")]


def list_policies(
    tenant: TenantName,
    name: Annotated[str, typer.Option(help="Only policies whose name holds this text.")] = "",
    policy_type: OfType = None,
    area: Annotated[str, typer.Option(help="Only policies of this area, such as conditional_access.")] = "",
    state: Annotated[str, typer.Option(help="Only policies in this state, such as enabled.")] = "",
    assigned: Annotated[str, typer.Option(help="yes or no.")] = "",
    since: Annotated[
        str, typer.Option(metavar="DAY", help="Only what changed since this day, such as 2026-06-01.")
    ] = "",
    ignored: Annotated[bool, typer.Option("--ignored", help="Only ignored ones.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Only those that are gone from the tenant.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """The policies of a tenant by name, as the last sync saw them."""
    if area and area not in [choice.value for choice in Area]:
        raise Problem(f"There is no area {area}.", f"Known: {', '.join(choice.value for choice in Area)}.")
    if assigned not in ("", "yes", "no"):
        raise Problem(f"{assigned} is no answer to whether a policy is assigned.", "Say yes or no.")
    try:
        chosen = PolicyFilter(
            q=name,
            type=policy_type or "",
            area=area,
            state=state,
            assigned=assigned,
            since=since,
            care="ignored" if ignored else "",
            presence="missing" if missing else "",
        )
    except ValueError:
        raise Problem(f"{since} is not a day.", "Write it such as 2026-06-01.") from None
    policies = list(chosen.narrow(Policy.everywhere.of_tenant(find_tenant(tenant))).with_facts().by_name()[:limit])
    if as_json:
        run_words.print_json([_facts(policy) for policy in policies])
    elif policies:
        out.print(_table(policies))
    else:
        say(f"No policies. Read them with: tenantpilot sync {tenant}")


def ignore(
    tenant: TenantName,
    policy: Chosen = None,
    policy_type: OfType = None,
    everything: Everything = False,
    reason: Annotated[str, typer.Option(help="Why, for the list and the audit log.")] = "",
    as_person: Person = None,
) -> None:
    """Take policies out of care. Nothing changes in the tenant. Prints the run's number."""
    _require_choice(policy, everything=everything)
    where = find_tenant(tenant)
    initiator = able_person(as_person, where, Capability.POLICY_IGNORE) if as_person else None
    chosen, now = selection_of(where, policy, policy_type), timezone.now()
    try:
        print_started(start_ignore(tenant=where, initiator=initiator, selection=chosen, reason=reason, now=now))
    except DispatchFailed as error:
        raise not_accepted(error) from None


def unignore(
    tenant: TenantName,
    policy: Chosen = None,
    policy_type: OfType = None,
    everything: Everything = False,
    as_person: Person = None,
) -> None:
    """Take policies back into care. Prints the run's number."""
    _require_choice(policy, everything=everything)
    where = find_tenant(tenant)
    initiator = able_person(as_person, where, Capability.POLICY_IGNORE) if as_person else None
    chosen, now = selection_of(where, policy, policy_type), timezone.now()
    try:
        print_started(start_unignore(tenant=where, initiator=initiator, selection=chosen, now=now))
    except DispatchFailed as error:
        raise not_accepted(error) from None


def _require_choice(policy: list[str] | None, *, everything: bool) -> None:
    """Raises Problem: no choice is none, and never all."""
    if bool(policy) == everything:
        raise Problem("No policies are chosen.", "Name them with --policy, or say --all.")


def _facts(policy: Policy) -> dict[str, object]:
    return {
        "number": policy.pk,
        "id": policy.graph_id,
        "name": policy.name,
        "type": policy.type,
        "platform": policy.platform,
        "state": policy.state_badge or None,
        "assigned": {"assigned": True, "unassigned": False}.get(policy.assignment_badge),
        "presence": policy.presence,
        "ignored": policy.ignored_at is not None,
        "changed_at": policy.changed_at.isoformat(),
    }


def _table(policies: list[Policy]) -> Table:
    table = Table("Number", "Name", "Type", "State", "Assigned", "Presence")
    for policy in policies:
        ignored = ", ignored" if policy.ignored_at else ""
        name, presence = policy.name.replace("[", r"\["), f"{policy.presence}{ignored}"
        state = str(POLICY_STATE.of(policy.state_badge).label) if policy.state_badge else ""
        assigned = policy.assignment_badge
        table.add_row(str(policy.pk), name, label_of(policy.type), state, assigned, presence)
    return table
