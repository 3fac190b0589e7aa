"""The backups that workers run. Nobody else imports this: it reaches Graph (GUARD-F).

An item is a policy type. What is read of it also tells the inventory what is there, and its versions are taken as a
capture takes them. The item is settled in the transaction that ends the type, so a worker that takes over begins with
the first type that was not ended, and goes on with the same set.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from django.db import transaction

from tenantpilot.backups import building
from tenantpilot.backups.chains import chain_of_hand, chain_of_schedule
from tenantpilot.backups.choosing import chosen_by_view
from tenantpilot.backups.membership import Membership
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.requests import BackupInputs, BackupRequest, ScheduledBackupInputs, asked_types
from tenantpilot.backups.second_look import look_again
from tenantpilot.backups.states import SetState
from tenantpilot.backups.type_backup import TypeBackup
from tenantpilot.core.connections import released
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import ObjectName, failure
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.read.full import read_types_whole
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.selecting import PoliciesByType, policies_by_type
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.models import ScheduleSlot
from tenantpilot.operations.run_context import (
    DatabaseLost,
    Interrupted,
    LeaseLost,
    RunContext,
    TimeLimitExceeded,
    WorkerLeaves,
)
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.actors import fill_actors
from tenantpilot.versions.reading import read_chosen

ANOTHER_GOES_ON = (WorkerLeaves, LeaseLost, DatabaseLost)


def create_backup(run: RunContext[BackupInputs]) -> None:
    """Make a set by hand: of chosen policies, or of policy types."""
    inputs, chosen = run.inputs, None
    request = asked_types(inputs.policy_types, inputs.left_out_reason)
    if inputs.policies is not None:
        chosen = policies_by_type(run.tenant, inputs.policies)
        if not chosen:
            raise PolicyNotFound
        request = BackupRequest(tuple(chosen), policies=sum(len(policies) for policies in chosen.values()))
    chain = chain_of_hand(run.tenant, run.run_id, name=inputs.name, now=run.now)
    _build(run, building.open_set(chain, request, run_id=run.run_id, slot_at=None, now=run.now), chosen)


def run_scheduled_backup(run: RunContext[ScheduledBackupInputs]) -> None:
    """Make the set of a schedule's slot, or one outside its slots for a person."""
    inputs, chosen = run.inputs, None
    request = asked_types(inputs.policy_types, inputs.left_out_reason)
    if inputs.view:
        request, chosen = chosen_by_view(run.tenant, inputs)
    chain = chain_of_schedule(run.tenant, inputs.schedule, now=run.now)
    slot = ScheduleSlot.objects.filter(run_id=run.run_id).first()
    slot_at = slot.slot_at if slot else None
    _build(run, building.open_set(chain, request, run_id=run.run_id, slot_at=slot_at, now=run.now), chosen)


def _build(run: RunContext, backup_set: BackupSet, chosen: PoliciesByType | None) -> None:
    """Read what was asked for into the set, and end the set whatever comes."""
    request = BackupRequest.from_json(backup_set.asked)
    with _ended_with(run, backup_set):
        items = RunItems(run, find=lambda _run: [_item(key) for key in request.policy_types])
        with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
            client.sign_in()
            _read(run, client, TypeBackup(run, backup_set, items, client), chosen)
            look_again(run, client, backup_set, request)
            fill_actors(client, run.tenant, now=run.now)
        _seal(run, backup_set)


def _seal(run: RunContext, backup_set: BackupSet) -> None:
    """End the set, once: a worker that takes over may find it ended."""
    if backup_set.state == SetState.BUILDING:
        request = BackupRequest.from_json(backup_set.asked)
        with transaction.atomic():
            Membership(backup_set.chain, backup_set.seq).drop_other_types(request.policy_types)
            building.seal(backup_set, run_id=run.run_id, now=run.now)


def _item(key: str) -> Item:
    return Item(key, ObjectName(catalogue.label_of(key)))


def _read(run: RunContext, client: GraphClient, backup: TypeBackup, chosen: PoliciesByType | None) -> None:
    if chosen is None:
        for type_read in released(read_types_whole(client, registry.chosen(backup.pending), clock=lambda: run.now)):
            backup.back_up_whole(type_read)
        return
    by_type = {key: chosen[key] for key in backup.pending if key in chosen}
    read_portions = read_chosen(client, run.tenant, by_type)
    for key, of_type in groupby(read_portions, key=lambda portion: portion.contract.key):
        backup.back_up_chosen(key, of_type)
    backup.end_empty()


@contextmanager
def _ended_with(run: RunContext, backup_set: BackupSet) -> Iterator[None]:
    """End the set as failed if its run ends here without it; where another worker goes on, it stays as it is."""
    try:
        yield
    except ANOTHER_GOES_ON:
        raise
    except Interrupted as why:
        is_late = isinstance(why, TimeLimitExceeded)
        building.fail(backup_set, "time_limit_exceeded" if is_late else "cancelled_by_person", now=run.now)
        raise
    except Exception as error:
        must_stop = run.must_stop
        if not is_outage(error) and (must_stop is None or not issubclass(must_stop, ANOTHER_GOES_ON)):
            building.fail(backup_set, failure(error).code, now=run.now)
        raise
