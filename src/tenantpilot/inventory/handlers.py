"""What workers run. Imported by nobody else: it reaches Graph (GUARD-F)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.read.full import WholeRead, torn_ones
from tenantpilot.graph.read.listing import TypeRead, read_types
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.platforms import platform_of
from tenantpilot.inventory.recording import Observation, record_failure, record_type
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client


def sync_inventory(run: RunContext) -> None:
    """Read every chosen type and write down what was seen; a type that fails costs only itself.

    The writing of a type and the checkpoint that says so are one transaction, so a worker that
    takes over goes on behind the last type that was written, and ends with the same counts.

    Inventory keeps no settings. Yet an object that states more of them than Graph shows at once is read whole,
    so that one that no snapshot could hold is known by its name as soon as it is there.
    """
    items = RunItems(run, find=_types)
    pending = {item.key: item for item in items.pending()}
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        for read in read_types(client, registry.chosen(pending)):
            run.safe_point()
            torn = torn_ones(client, read.contract, read.items)
            run.safe_point()
            _record(run, read, torn, pending[read.contract.key], items)


def _types(run: RunContext) -> list[Item]:
    return [Item(key, catalogue.label_of(key)) for key in run.inputs["policy_types"]]


def _record(run: RunContext, read: TypeRead, torn: Sequence[WholeRead], item: Item, items: RunItems) -> None:
    """The list is kept also where one of its objects is torn; the type is failed all the same, by the object's name."""
    with transaction.atomic():
        if read.error is None:
            _record_policies(run, read)
        error = read.error or next((one.error for one in torn), None)
        if error is None:
            items.settled(item)
        else:
            record_failure(run.tenant, item.key, getattr(error, "reason_code", "internal_error"), now=run.now)
            items.note_failure(replace(item, label=_label(item, read, torn)), error)
    items.report()


def _label(item: Item, read: TypeRead, torn: Sequence[WholeRead]) -> str:
    """The type; and where its list is whole, the first of the objects that are not."""
    if not torn:
        return item.label
    names = {one["id"]: _text(one.get(read.contract.name_field)) for one in read.items}
    others = f" (+{len(torn) - 1})" if len(torn) > 1 else ""
    return f"{item.label}: {names[torn[0].graph_id]}{others}"


def _record_policies(run: RunContext, read: TypeRead) -> None:
    observed = [observe(read.contract, item) for item in read.items]
    tally = record_type(run.tenant, read.contract.key, observed, run_id=run.run_id, now=run.now)
    run.count("policies", tally.seen)
    run.count("created", tally.created)
    run.count("updated", tally.updated)
    run.count("unchanged", tally.unchanged)
    run.count("missing", tally.missing)


def observe(contract: Contract, item: Mapping[str, Any]) -> Observation:
    """What inventory keeps of one of Graph's objects."""
    kind = catalogue.get(contract.key)
    return Observation(
        graph_id=str(item["id"]),
        name=_text(item.get(contract.name_field)) or str(kind.label),
        description=_text(item.get("description")),
        platform=platform_of(item, kind).value,
        last_modified_at=_time(item.get(contract.modified_field)),
        properties=contract.kept_of(item),
    )


def _text(value: object) -> str:
    """One line of at most what a name may have; PostgreSQL stores no NUL."""
    return str(value or "").replace("\x00", "")[:512]


def _time(value: object) -> datetime | None:
    """Graph writes year 1 for "never"."""
    try:
        parsed = parse_datetime(str(value or ""))
    except ValueError:
        return None
    return parsed if parsed and is_aware(parsed) and parsed.year > 1 else None
