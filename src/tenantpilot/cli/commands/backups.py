"""`tenantpilot backups`."""

from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from tenantpilot.backups.models import BackupChain, BackupGap, BackupRetention, BackupSet
from tenantpilot.backups.retaining.services import decisions, rule_in_force, start_retention
from tenantpilot.backups.services import start_backup, start_verification
from tenantpilot.backups.states import ChainKind
from tenantpilot.cli import run_words as words
from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.set_archives import export_set, import_set
from tenantpilot.inventory.policy_types import UnknownPolicyType, every
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User

app = typer.Typer(no_args_is_help=True)
app.command("export")(export_set)
app.command("import")(import_set)

TenantName = Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]
SetId = Annotated[int, typer.Argument(metavar="SET", help="The number of the set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
AsPerson = Annotated[
    str | None, typer.Option("--as", metavar="EMAIL", help="Who starts it, and is notified when it ends.")
]


@app.callback()
def group() -> None:
    """Make backups, list and show them, verify one, export and import sets, apply retention."""


@app.command()
def create(
    tenant: TenantName,
    name: Annotated[str, typer.Option(help="The name of the set.")] = "",
    policy_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only this policy type; may be given again.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the other types are left out.")] = "",
    as_person: AsPerson = None,
) -> None:
    """Start a backup. Prints the run's number; workers do the work."""
    where, now = find_tenant(tenant), timezone.now()
    if policy_type and not reason:
        raise Problem("Types are left out.", 'Say why: --reason "kept elsewhere".')
    initiator = _person(as_person, where, Capability.BACKUP_RUN)
    try:
        _started(
            start_backup(
                tenant=where,
                initiator=initiator,
                name=name or f"Backup of {now:%Y-%m-%d}",
                policy_types=policy_type or (),
                left_out_reason=reason,
                now=now,
            )
        )
    except UnknownPolicyType as error:
        raise Problem(f"There is {error}.", f"Known: {', '.join(known_type.key for known_type in every())}.") from None
    except DispatchFailed as error:
        raise _not_queued(error) from None


@app.command("list")
def list_sets(
    tenant: TenantName, limit: Annotated[int, typer.Option(min=1, max=1000)] = 20, as_json: AsJson = False
) -> None:
    """The newest sets of a tenant, without those in the trash."""
    sets = BackupSet.everywhere.of_tenant(find_tenant(tenant)).kept().select_related("chain").newest_first()[:limit]
    if as_json:
        words.print_json([_brief(backup_set) for backup_set in sets])
        return
    table = Table("Set", "Name", "State", "Policies", "Made")
    for row in sets:
        table.add_row(str(row.pk), row.chain.name, row.shown_state, str(row.items), f"{row.created_at:%Y-%m-%d %H:%M}")
    out.print(table) if table.row_count else say("No backups.")


@app.command()
def show(set_id: SetId, as_json: AsJson = False) -> None:
    """All about one set: what it holds, and what it does not hold and why."""
    backup_set = _set(set_id)
    gaps = BackupGap.everywhere.filter(set=backup_set).order_by("pk")[:1_000]
    missing = [{"kind": gap.kind, "type": gap.type, "name": gap.name, "reason": gap.reason_code} for gap in gaps]
    facts = {
        **_brief(backup_set),
        "asked": backup_set.asked,
        "by_type": backup_set.by_type,
        "gaps": missing,
        "faults": backup_set.faults,
    }
    if as_json:
        words.print_json(facts)
        return
    for key, value in _brief(backup_set).items():
        say(f"{key}: {value}")
    for gap in missing:
        say(f"{gap['kind']}: {gap['type']} {gap['name']} ({gap['reason']})")


@app.command()
def verify(set_id: SetId, as_person: AsPerson = None) -> None:
    """Check every payload, every secret and the digest of a set. Prints the run's number."""
    backup_set = _set(set_id)
    initiator = _person(as_person, backup_set.tenant, Capability.BACKUP_VERIFY)
    try:
        _started(start_verification(backup_set, initiator=initiator, now=timezone.now()))
    except DispatchFailed as error:
        raise _not_queued(error) from None


@app.command()
def retention(
    tenant: TenantName,
    apply: Annotated[bool, typer.Option("--apply", help="Apply the rules that are in force.")] = False,
    as_person: AsPerson = None,
) -> None:
    """Show what the rules keep of each schedule's sets and why, or apply them."""
    where, now = find_tenant(tenant), timezone.now()
    initiator = _person(as_person, where, Capability.BACKUP_RETENTION)
    chains = BackupChain.everywhere.filter(tenant=where, kind=ChainKind.SCHEDULED).select_related("schedule", "tenant")
    if not chains:
        say(f"{where.name} has no sets of a schedule. Sets made by hand stay until somebody moves them to the trash.")
    for chain in chains.order_by("name", "pk"):
        if apply:
            _started(start_retention(chain, initiator=initiator, now=now))
            continue
        rule = rule_in_force(BackupRetention.everywhere.filter(chain=chain).first(), now=now)
        chain_decisions = decisions(chain, rule, now=now)
        if not chain_decisions:
            say(f"{chain.name}: it has no sets yet.")
        for decision in chain_decisions:
            reasons = ", ".join(f"{reason.cause.value} {reason.period}".strip() for reason in decision.reasons)
            say(f"{chain.name} set {decision.backup_set.pk}: {'kept, ' + reasons if reasons else 'goes to the trash'}")


def _brief(backup_set: BackupSet) -> dict[str, Any]:
    return {
        "id": backup_set.pk,
        "name": backup_set.chain.name,
        "state": backup_set.shown_state,
        "items": backup_set.items,
        "digest": backup_set.digest,
        "created_at": backup_set.created_at.isoformat(),
        "verified_at": backup_set.verified_at.isoformat() if backup_set.verified_at else None,
    }


def _set(set_id: int) -> BackupSet:
    backup_set: BackupSet | None = BackupSet.everywhere.select_related("chain", "tenant").filter(pk=set_id).first()
    if backup_set is None:
        raise Problem(f"There is no backup set {set_id}.", "Run: tenantpilot backups list TENANT.")
    return backup_set


def _started(answer: Started | AlreadyActive) -> None:
    operation_type = operation_types.get(answer.run.type)
    joined = isinstance(answer, AlreadyActive)
    toast = OperationUxPresenter.already_queued_toast if joined else OperationUxPresenter.queued_toast
    done(toast(operation_type, answer.run).title)
    out.print(answer.run.pk)
    say(f"Watch it: tenantpilot runs watch {answer.run.pk}")


def _not_queued(error: DispatchFailed) -> Problem:
    return Problem(f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor, then try again.")


def _person(email: str | None, tenant: Tenant, capability: Capability) -> User | None:
    if email is None:
        return None
    person = find_person(email)
    try:
        resolve_tenant(person, tenant.slug).require(capability)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not {capability.label} in {tenant.name}.",
            f"Run: tenantpilot add member {email} --tenant {tenant.slug} --role manager",
        ) from None
    return person
