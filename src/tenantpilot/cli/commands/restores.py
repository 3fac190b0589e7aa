"""`tenantpilot restores`: prepare, preview, confirm and undo restores of policies."""

from collections.abc import Mapping
from typing import Annotated

import typer
from django.db import transaction
from django.utils import timezone

from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.restore_sources import SetPart, drafting
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.restores.drafting import CannotDraft, draft_to_undo
from tenantpilot.restores.drills import newest_report, start_drill
from tenantpilot.restores.editing import ChoiceNotPossible, NotEditable, edit_states
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.nothing_to_write import why_nothing_of
from tenantpilot.restores.operations import MOST_SAMPLED, DrillInputs
from tenantpilot.restores.second_person.models import ApprovalRequest
from tenantpilot.restores.second_person.requests import CannotDecide, confirm_or_ask
from tenantpilot.restores.second_person.requests import approve as approve_restore
from tenantpilot.restores.second_person.requests import refuse as refuse_restore
from tenantpilot.restores.services import CannotConfirm, Confirmation, start_preview
from tenantpilot.restores.settling import settle
from tenantpilot.restores.states import RestoreState, StateChoice
from tenantpilot.restores.words import state_words, warning_words
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User

app = typer.Typer(no_args_is_help=True)

As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it, and is notified when it ends.")]
Plan = Annotated[
    str, typer.Option("--plan", metavar="TEXT", help="The plan that `show` printed: nothing else is written.")
]
PLAN_CHARACTERS = 12
Number = Annotated[int, typer.Argument(metavar="RESTORE", help="The number of the restore.")]


@app.command()
def preview(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")],
    as_person: As,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", metavar="ID", help="A policy's id in Graph; may be given again.")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="NUMBER", help="Of the one policy; else the newest of each.")
    ] = None,
    set_id: Annotated[
        int | None, typer.Option("--set", metavar="SET", help="Restore from this backup set what is named beside it.")
    ] = None,
    is_whole: Annotated[bool, typer.Option("--whole", help="With --set: every policy of it.")] = False,
    policy_type: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="With --set: every policy of the type; may be given again."),
    ] = None,
    enforce: Annotated[
        list[str] | None,
        typer.Option("--enforce", metavar="ID", help="Of --policy: enforce this Conditional Access policy."),
    ] = None,
    weaken: Annotated[
        list[str] | None,
        typer.Option("--weaken", metavar="ID", help="Of --policy: weaken it to the state of its version."),
    ] = None,
) -> None:
    """Prepare a restore of versions, or from a backup set, and preview it. Prints the restore's number.

    Nothing is written to the tenant.
    """
    where = find_tenant(tenant)
    person = _person(as_person, where, Capability.RESTORE_PREVIEW)
    part = (
        SetPart(set_id, is_whole, frozenset(policy_type or ()))
        if set_id is not None or is_whole or policy_type
        else None
    )
    draft = drafting(where, policy or (), version, part)
    states = dict.fromkeys(weaken or (), StateChoice.WEAKEN) | dict.fromkeys(enforce or (), StateChoice.ENFORCE)
    try:
        with transaction.atomic():
            restore = draft(actor=person, now=timezone.now())
            _choose_states(restore, states, person)
    except CannotDraft as error:
        raise Problem(str(error), "Choose other policies.") from None
    except ChoiceNotPossible as error:
        raise Problem(str(error), "Leave out --enforce or --weaken.") from None
    _preview(restore, person)


@app.command()
def show(restore: Number) -> None:
    """Print a restore and what it does or did with each item."""
    restore_run = _restore(restore)
    state = restore_run.get_state_display()
    say(f"Restore {restore_run.pk}: {restore_run.source}, into {restore_run.tenant.name}: {state}")
    for item in RestoreItem.everywhere.of_run(restore_run.pk).in_order():
        out.print(
            f"{item.type}\t{item.name}\t{item.action or 'unknown'}\t{item.state}\t{item.reason_code or _blocked(item)}"
        )
        if item.planned_state:
            out.print(f"  State now: {state_words(item.live_state)}, after: {state_words(item.planned_state)}")
        for sentence in item.sentences:
            out.print(f"  {sentence['text']}")
        for code in item.warnings:
            out.print(f"  Warning {code}: {warning_words(code)}")
    is_shown = restore_run.state in (RestoreState.PREVIEWED, RestoreState.BLOCKED)
    if is_shown and (reason := why_nothing_of(restore_run)):
        say(reason)
    elif restore_run.state == RestoreState.PREVIEWED:
        out.print(f"plan: {restore_run.fingerprint[:PLAN_CHARACTERS]}")


@app.command(name="confirm")
def confirm_restore(
    restore: Number,
    as_person: As,
    tenant_name: Annotated[str, typer.Option("--tenant-name", help="The tenant's name, as its pages show it.")],
    reason: Annotated[str, typer.Option("--reason", help="The audit log keeps it.")],
    plan: Plan,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="CODE", help="A warning to accept; may be given again.")
    ] = None,
    word: Annotated[
        str | None, typer.Option("--word", help='"enforce"; needed where a policy becomes enforced.')
    ] = None,
) -> None:
    """Write what the preview showed. Prints the run's number; workers do the work."""
    restore_run = _restore(restore)
    person = _person(as_person, restore_run.tenant, Capability.RESTORE_EXECUTE)
    codes = set(accept or ())
    items = RestoreItem.everywhere.of_run(restore_run.pk)
    accepted = frozenset((item.pk, code) for item in items for code in item.warnings if code in codes)
    fingerprint = _fingerprint(restore_run, plan)
    words = Confirmation(fingerprint, tenant_name, reason, accepted, enforce_word=word or "")
    try:
        answer = confirm_or_ask(restore_run, words, actor=person, now=timezone.now())
    except CannotConfirm as error:
        raise Problem(str(error), f"Look at it: tenantpilot restores show {restore_run.pk}") from None
    except DispatchFailed as error:
        raise _not_queued(error) from None
    if isinstance(answer, ApprovalRequest):
        done(f"A second person has to approve it; who may is notified. It waits until {answer.expires_at:%H:%M} UTC.")
        return
    _print_run(answer)


@app.command()
def approve(
    restore: Number,
    as_person: As,
    tenant_name: Annotated[str, typer.Option("--tenant-name", help="The tenant's name, as its pages show it.")],
    plan: Plan,
) -> None:
    """Approve a restore that another person asks for, as its preview stands; it starts then."""
    restore_run = _restore(restore)
    person = _person(as_person, restore_run.tenant, Capability.RESTORE_APPROVE)
    fingerprint = _fingerprint(restore_run, plan)
    try:
        started = approve_restore(restore_run, fingerprint, tenant_name=tenant_name, actor=person, now=timezone.now())
    except CannotDecide as error:
        raise Problem(str(error), f"Look at it: tenantpilot restores show {restore_run.pk}") from None
    except DispatchFailed as error:
        raise _not_queued(error) from None
    _print_run(started)


@app.command()
def refuse(
    restore: Number,
    as_person: As,
    reason: Annotated[str, typer.Option("--reason", help="The person who asks reads it.")],
) -> None:
    """Refuse a restore that another person asks for."""
    restore_run = _restore(restore)
    person = _person(as_person, restore_run.tenant, Capability.RESTORE_APPROVE)
    try:
        refuse_restore(restore_run, reason, actor=person, now=timezone.now())
    except CannotDecide as error:
        raise Problem(str(error), f"Look at it: tenantpilot restores show {restore_run.pk}") from None
    done(f"Restore {restore_run.pk} is refused")


@app.command()
def undo(restore: Number, as_person: As) -> None:
    """Prepare and preview a restore of what was there before another one. Prints its number."""
    restore_run = _restore(restore)
    person = _person(as_person, restore_run.tenant, Capability.RESTORE_PREVIEW)
    try:
        draft = draft_to_undo(restore_run, source=f"Undo of {restore_run.source}", actor=person, now=timezone.now())
    except CannotDraft as error:
        raise Problem(str(error), f"Look at it: tenantpilot restores show {restore_run.pk}") from None
    _preview(draft, person)


@app.command()
def drill(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")],
    as_person: As,
    sample: Annotated[
        int,
        typer.Option("--sample", min=1, max=MOST_SAMPLED, help="Policies to check; a smaller set is checked whole."),
    ] = DrillInputs().sample,
    seed: Annotated[
        str, typer.Option("--seed", metavar="TEXT", help="The same one chooses the same policies again.")
    ] = "",
) -> None:
    """Find out how much of the last good backup set could be restored. Writes nothing to the tenant."""
    where = find_tenant(tenant)
    person = _person(as_person, where, Capability.BACKUP_VERIFY)
    try:
        inputs = DrillInputs(sample, seed)
        started = start_drill(tenant=where, initiator=person, inputs=inputs, now=timezone.now())
    except ValueError as error:
        raise Problem(str(error), "Choose a shorter seed.") from None
    except DispatchFailed as error:
        raise _not_queued(error) from None
    done(f"The drill is queued as run {started.run.pk}")
    out.print(started.run.pk)
    say(f"Watch it: tenantpilot runs watch {started.run.pk}, then: tenantpilot restores report {where.slug}")


@app.command()
def report(tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]) -> None:
    """Print how much of a backup set the newest drill found restorable, and why the rest is not."""
    where = find_tenant(tenant)
    newest = newest_report(where)
    if newest is None:
        raise Problem(f"No drill of {where.name} has ended yet.", f"Run: tenantpilot restores drill {where.slug}")
    drilled = newest.drill
    say(f"Backup {drilled.set_name}, seed {drilled.seed}, {drilled.checked} of {drilled.set_items} policies checked")
    out.print(f"restorable: {drilled.restorable} of {drilled.checked}")
    for reason in newest.reasons:
        out.print(f"{reason.count}\t{reason.code}\t{reason.text}")


def _choose_states(restore: RestoreRun, states: Mapping[str, StateChoice], person: User) -> None:
    """Raises ChoiceNotPossible."""
    rows = RestoreItem.everywhere.of_run(restore.pk).filter(source_id__in=list(states))
    keys = dict(rows.values_list("source_id", "pk"))
    if unknown := sorted(states.keys() - keys.keys()):
        raise ChoiceNotPossible(f"{unknown[0]} is not among the policies of this restore.")
    chosen = {keys[graph_id]: choice for graph_id, choice in states.items()}
    edit_states(restore, chosen, actor=person, now=timezone.now())


def _preview(restore: RestoreRun, person: User) -> None:
    try:
        started = start_preview(restore, actor=person, now=timezone.now())
    except NotEditable as error:
        raise Problem(str(error), f"Look at it: tenantpilot restores show {restore.pk}") from None
    except DispatchFailed as error:
        raise _not_queued(error) from None
    done(f"Restore {restore.pk} is prepared, and its preview is queued as run {started.run.pk}")
    out.print(restore.pk)
    say(f"Wait for it: tenantpilot runs watch {started.run.pk}, then: tenantpilot restores show {restore.pk}")


def _fingerprint(restore_run: RestoreRun, plan: str) -> str:
    """Return the fingerprint of the plan that the person looked at. Raises Problem if there is another one now."""
    if len(plan) < PLAN_CHARACTERS or not restore_run.fingerprint.startswith(plan):
        text = f"Restore {restore_run.pk} has another plan now, or none: it was changed, or previewed again."
        raise Problem(text, f"Look at it, and use the plan that it prints: tenantpilot restores show {restore_run.pk}")
    return restore_run.fingerprint


def _print_run(started: Started | AlreadyActive) -> None:
    done(f"The restore is queued as run {started.run.pk}")
    out.print(started.run.pk)
    say(f"Watch it: tenantpilot runs watch {started.run.pk}")


def _restore(number: int) -> RestoreRun:
    restore_run = RestoreRun.everywhere.select_related("tenant").filter(pk=number).first()
    if restore_run is None:
        raise Problem(f"There is no restore {number}.", "The page of restores lists them.")
    return settle(restore_run, now=timezone.now())


def _blocked(item: RestoreItem) -> str:
    return ", ".join(str(blocker.get("code")) for blocker in item.blockers)


def _person(email: str, tenant: Tenant, capability: Capability) -> User:
    person = find_person(email)
    try:
        resolve_tenant(person, tenant.slug).require(capability)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not {capability.label} in {tenant.name}.",
            f"Run: tenantpilot add member {email} --tenant {tenant.slug} --role manager",
        ) from None
    return person


def _not_queued(error: DispatchFailed) -> Problem:
    return Problem(f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor, then try again.")
