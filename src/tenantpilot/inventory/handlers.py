"""The handlers that workers run. Nobody else imports them: they reach Graph (GUARD-F)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from django.db import DataError, IntegrityError, transaction

from tenantpilot.core.connections import released
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.read.full import incomplete_objects
from tenantpilot.graph.read.listing import TypeRead, read_types, read_types_in_groups
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.broken import BrokenObject
from tenantpilot.inventory.following import Capture, capturing
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import ObservedType, is_usable, observe_all
from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.inventory.recording import Reading, Tally, record_failure, record_types
from tenantpilot.inventory.vanishing import TypeVanished, is_everyday, suspicious_types
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.tenants import record_sign_in

log = structlog.get_logger(__name__)

NOT_KEPT = (ReasonedError, DataError, IntegrityError, ValueError, TypeError, OverflowError, RecursionError, LookupError)
"""Troubles of one type's objects. A database that is away is no such trouble, and no type's failure."""


@dataclass(frozen=True)
class TypeReport:
    """A type as it was read: its objects, or the error that stands for all of them."""

    key: str
    observed: ObservedType = field(default_factory=ObservedType)
    error: Exception | None = None
    began_at: datetime | None = None
    """The time before the first request of its reading; None with an error."""

    def with_troubles(self, troubles: Sequence[BrokenObject]) -> "TypeReport":
        """Return the same with more objects that could not be read."""
        return replace(self, observed=ObservedType(self.observed.observations, [*self.observed.broken, *troubles]))


def sync_inventory(run: RunContext[SyncInputs]) -> None:
    """Read every chosen type and write down what was seen; a type that fails costs only itself.

    What came together is written in one transaction, with the checkpoint that says so. So a worker that
    takes over goes on behind the last types that were written, and ends with the same counts.

    Inventory keeps no settings. Yet an object that states more of them than Graph shows at once is read whole,
    so that one that no snapshot could hold is known by its name as soon as it is there.
    """
    items = RunItems(run, find=_types)
    pending = {item.key: item for item in items.pending()}
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        record_sign_in(run.tenant, now=run.now)
        capture = capturing()(run, client) if run.inputs.capture else None
        for group in released(read_types_in_groups(client, registry.chosen(pending), clock=lambda: run.now)):
            run.safe_point()
            vanished = _vanished(run, client, group)
            reports = [vanished.get(type_read.contract.key) or _report_of(client, type_read) for type_read in group]
            run.safe_point()
            reports = _record(run, reports, pending, items)
            if capture is not None:
                _capture(run, reports, pending, items, capture)
        if capture is not None:
            capture.finish()


def _capture(
    run: RunContext[SyncInputs],
    reports: Sequence[TypeReport],
    pending: Mapping[str, Item],
    items: RunItems[SyncInputs],
    capture: Capture,
) -> None:
    """Take versions of the types that could be read, and settle them: a type has ended when its versions are taken."""
    for report in reports:
        if report.error is not None:
            continue
        policies = Policy.everywhere.of_tenant(run.tenant).of_type(report.key).present().in_care().order_by("pk")
        troubles = capture.take(list(policies))
        run.safe_point()
        with transaction.atomic():
            _settle(run, report.with_troubles(troubles), pending[report.key], items)
        items.report()


def _types(run: RunContext[SyncInputs]) -> list[Item]:
    return [Item(key, ObjectName(catalogue.label_of(key))) for key in run.inputs.policy_types]


def _vanished(run: RunContext[SyncInputs], client: GraphClient, group: Sequence[TypeRead]) -> dict[str, TypeReport]:
    """Read a second time what came out empty all at once, and return the reports of these types."""
    empty = [type_read.contract.key for type_read in group if type_read.error is None and not type_read.items]
    counts = suspicious_types(run.tenant, empty)
    again = read_types(client, registry.chosen(counts), clock=lambda: run.now) if counts else ()
    return {
        type_read.contract.key: _report_of(client, type_read)
        if type_read.items or type_read.error
        else _report_of_vanished(run, type_read, counts[type_read.contract.key])
        for type_read in again
    }


def _report_of_vanished(run: RunContext[SyncInputs], type_read: TypeRead, count: int) -> TypeReport:
    """Return a failure where many are gone at once; a few are gone by the second look, and the timeline says so."""
    key = type_read.contract.key
    if not is_everyday(count):
        return TypeReport(key, error=TypeVanished(count))
    run.note("all_objects_of_a_type_are_gone", policy_type=key, objects=count)
    return TypeReport(key, began_at=type_read.began_at)


def _report_of(client: GraphClient, type_read: TypeRead) -> TypeReport:
    """Return a report for any JSON: an unforeseen fault in it costs the type, and is logged with its trace."""
    key = type_read.contract.key
    if type_read.error is not None:
        return TypeReport(key, error=type_read.error)
    try:
        observed = _with_incomplete_objects(client, type_read, observe_all(type_read.contract, type_read.items))
        return TypeReport(key, observed, began_at=type_read.began_at)
    except NOT_KEPT as error:
        log.exception("type_not_understood", type=key)
        return TypeReport(key, error=error)


def _with_incomplete_objects(client: GraphClient, type_read: TypeRead, observed: ObservedType) -> ObservedType:
    """Return the same with those that could not be read whole: they are kept, and broken besides."""
    names = {observation.graph_id: observation.name for observation in observed.observations}
    usable = [item for item in type_read.items if item["id"] in names]
    torn = [
        BrokenObject(full_read.graph_id, names[full_read.graph_id], full_read.error)
        for full_read in incomplete_objects(client, type_read.contract, usable)
        if full_read.error is not None
    ]
    return ObservedType(observed.observations, [*observed.broken, *torn])


def _record(
    run: RunContext[SyncInputs], reports: Sequence[TypeReport], pending: Mapping[str, Item], items: RunItems[SyncInputs]
) -> list[TypeReport]:
    """Write these types, and return what came of each.

    Where the database refuses one of them, each is written by itself, and that one is failed.
    Where versions are taken as well, a type that could be read is settled after them.
    """
    try:
        with run.all_or_nothing(), transaction.atomic(), items.together():
            _count_all(run, _record_policies(run, reports))
            ended = [report for report in reports if report.error is not None or not run.inputs.capture]
            for report in ended:
                _settle(run, report, pending[report.key], items)
    except NOT_KEPT as error:
        again = _to_record_again(reports, error)
        return [written for report in again for written in _record(run, [report], pending, items)]
    items.report(len(ended))
    return list(reports)


def _to_record_again(reports: Sequence[TypeReport], error: Exception) -> Sequence[TypeReport]:
    """Return the reports one by one, or the only one as failed. Raises what stands in the way of that as well."""
    if len(reports) > 1:
        return reports
    if reports[0].error is not None:
        raise error
    log.exception("type_not_kept", type=reports[0].key)
    return [TypeReport(reports[0].key, error=error)]


def _settle(run: RunContext[SyncInputs], report: TypeReport, item: Item, items: RunItems[SyncInputs]) -> None:
    """The list is kept also where one of its objects is broken; the type is failed all the same, by its name."""
    if report.error is None and not report.observed.broken:
        items.settled(item)
    else:
        _note_failure(run, report, item, items)


def _note_failure(run: RunContext[SyncInputs], report: TypeReport, item: Item, items: RunItems[SyncInputs]) -> None:
    broken = report.observed.broken
    error = report.error or broken[0].error
    record_failure(run.tenant, item.key, getattr(error, "reason_code", "internal_error"), now=run.now)
    if not broken:
        items.note_failure(item, error)
        return
    items.note_failure(item, error, name=_name_of_broken(item, broken), subject=_subject(run, report.key, broken[0]))


def _name_of_broken(item: Item, broken: Sequence[BrokenObject]) -> ObjectName:
    """Return the type and the first of its objects that cannot be kept, as the inventory names it."""
    rest = f" (+{len(broken) - 1})" if len(broken) > 1 else ""
    return ObjectName(f"{item.label}: {broken[0].name}{rest}")


def _subject(run: RunContext[SyncInputs], key: str, broken: BrokenObject) -> str:
    """Return the reference to the object in the inventory, if it is there."""
    policies = Policy.everywhere.of_tenant(run.tenant).of_type(key)
    matches = policies.filter(graph_id=broken.graph_id) if is_usable(broken.graph_id) else policies.none()
    pk = matches.values_list("pk", flat=True).first()
    return f"policy:{pk}" if pk else ""


def _record_policies(run: RunContext[SyncInputs], reports: Sequence[TypeReport]) -> list[Tally]:
    """Return the tallies of the types that could be read, but for those that this run has written down before."""
    readings = {
        report.key: Reading(
            report.observed.observations,
            report.began_at or run.now,
            {broken.graph_id for broken in report.observed.broken},
        )
        for report in reports
        if report.error is None
    }
    if not readings:
        return []
    before = _recorded_before(run, list(readings))
    tallies = record_types(run.tenant, readings, run_id=run.run_id, now=run.now)
    return [tally for key, tally in tallies.items() if key not in before]


def _recorded_before(run: RunContext[SyncInputs], keys: Sequence[str]) -> set[str]:
    """Return the types that were counted by a worker that died before it had taken their versions."""
    if not run.inputs.capture:
        return set()
    policies = Policy.everywhere.of_tenant(run.tenant).filter(type__in=keys, last_seen_run=run.run_id)
    return set(policies.order_by().values_list("type", flat=True).distinct())


def _count_all(run: RunContext[SyncInputs], tallies: Sequence[Tally]) -> None:
    for tally in tallies:
        run.count("policies", tally.seen)
        run.count("created", tally.created)
        run.count("updated", tally.updated)
        run.count("unchanged", tally.unchanged)
        run.count("missing", tally.missing)
