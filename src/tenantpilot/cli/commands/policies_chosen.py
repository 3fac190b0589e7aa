"""The choice of policies at a shell, for the commands of `tenantpilot policies`."""

from typing import Annotated

import typer

from tenantpilot.cli.commands.add import find_person
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User

TenantName = Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]
Chosen = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="POLICY", help="Only this one: its number, Graph id or name; may be given again."),
]
OfType = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only policies of this type.")]
Person = Annotated[
    str | None, typer.Option("--as", metavar="EMAIL", help="Who starts it, and is notified when it ends.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def selection_of(tenant: Tenant, names: list[str] | None, policy_type: str | None) -> Selection:
    if names:
        return [find_policy(tenant, name).pk for name in names]
    return PolicyFilter(type=policy_type or "")


def find_policy(tenant: Tenant, name: str) -> Policy:
    """Raises Problem for a policy that is not there, and for a name that several have."""
    policies = Policy.everywhere.of_tenant(tenant)
    matches = list(policies.filter(graph_id=name)[:2]) or list(policies.filter(name=name).by_name()[:20])
    if not matches and name.isascii() and name.isdigit():
        matches = list(policies.filter(pk=int(name)))
    if not matches:
        raise Problem(
            f"{tenant.name} has no policy {name}.", f"Run: tenantpilot sync {tenant.slug}, or look at its list."
        )
    if len(matches) > 1:
        numbers = ", ".join(str(policy.pk) for policy in matches)
        raise Problem(f"Several policies have the name {name}.", f"Name one by its number: {numbers}.")
    return matches[0]


def able_person(email: str, tenant: Tenant, capability: Capability) -> User:
    """Raises Problem for a person who may not do it."""
    person = find_person(email)
    try:
        resolve_tenant(person, tenant.slug).require(capability)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not {capability.label} of {tenant.name}.",
            f"Run: tenantpilot add member {email} --tenant {tenant.slug} --role operator",
        ) from None
    return person


def not_accepted(error: DispatchFailed) -> Problem:
    return Problem(f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor, then try again.")


def print_started(answer: Started | AlreadyActive) -> None:
    operation_type = operation_types.get(answer.run.type)
    joined = isinstance(answer, AlreadyActive)
    words = OperationUxPresenter.already_queued_toast if joined else OperationUxPresenter.queued_toast
    done(words(operation_type, answer.run).title)
    out.print(answer.run.pk)
    say(f"Watch it: tenantpilot runs watch {answer.run.pk}")
