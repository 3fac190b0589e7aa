"""`tenantpilot sync`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.inventory.operations import INVENTORY_SYNC
from tenantpilot.inventory.policy_types import UnknownPolicyType, every
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import AlreadyActive, DispatchFailed
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User

app = typer.Typer()


@app.command()
def sync(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")],
    policy_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only this policy type; may be given again.")
    ] = None,
    capture: Annotated[
        bool, typer.Option("--capture", help="Read every policy whole, and take a version of each that changed.")
    ] = False,
    as_person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who starts it, and is notified when it ends.")
    ] = None,
) -> None:
    """Start an inventory sync. Prints the run's number; workers do the work."""
    where = find_tenant(tenant)
    initiator = _operator(as_person, where) if as_person else None
    try:
        answer = start_sync(
            tenant=where, initiator=initiator, now=timezone.now(), policy_types=policy_type, capture=capture
        )
    except UnknownPolicyType as error:
        raise Problem(f"There is {error}.", f"Known: {', '.join(known_type.key for known_type in every())}.") from None
    except DispatchFailed as error:
        raise Problem(
            f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor, then try again."
        ) from None
    joined = isinstance(answer, AlreadyActive)
    words = OperationUxPresenter.already_queued_toast if joined else OperationUxPresenter.queued_toast
    done(words(INVENTORY_SYNC, answer.run).title)
    out.print(answer.run.pk)
    say(f"Watch it: tenantpilot runs watch {answer.run.pk}")


def _operator(email: str, tenant: Tenant) -> User:
    person = find_person(email)
    try:
        resolve_tenant(person, tenant.slug).require(Capability.INVENTORY_SYNC)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not sync {tenant.name}.",
            f"Run: tenantpilot add member {email} --tenant {tenant.slug} --role operator",
        ) from None
    return person
