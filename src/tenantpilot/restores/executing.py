"""The execution of a restore: each item in its turn, exactly as it was shown, and never twice."""

import structlog
from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.connections import release_connection
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.sentences import sentence_of
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import GraphApprovalPending, GraphError, GraphStopped
from tenantpilot.graph.write.results import (
    ChangedSince,
    HalfWritten,
    NeedsNewObject,
    Result,
    WaitingForApproval,
    Written,
    WrittenWithDifferences,
)
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import storable
from tenantpilot.operations.items.models import ItemState as RunItemState
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_OBJECT_DELETED, RESTORE_OBJECT_WRITTEN
from tenantpilot.restores.basis import Basis, basis_of
from tenantpilot.restores.emergency import LockoutCheck
from tenantpilot.restores.enforcing import state_details, why_not_as_chosen
from tenantpilot.restores.fingerprint import fingerprint_of_restore
from tenantpilot.restores.imaging import Images
from tenantpilot.restores.journal import journal_of
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.operations import RestoreInputs
from tenantpilot.restores.sources import source_of
from tenantpilot.restores.states import WRITING, Action, ItemState
from tenantpilot.restores.tasks import Dependency, ItemRefused, Tasks
from tenantpilot.restores.waits import Waits
from tenantpilot.restores.writing import ItemWriter, Task
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.comparing import names_for_people
from tenantpilot.versions.payloads import content_of
from tenantpilot.versions.states import Source

log = structlog.get_logger(__name__)

MOST_PATHS = 100
LONGEST_PATH = 300
MOVED = ("state", "intent", "target_id", "before_version", "after_version")


def execute_restore(run: RunContext[RestoreInputs]) -> None:
    """Write the items of a confirmed restore. Raises OperationFailed."""
    restore = RestoreRun.everywhere.of_tenant(run.tenant).filter(pk=run.inputs.restore).first()
    if restore is None or not moving.to_executing(restore.pk, run.run_id):
        raise OperationFailed("restore_not_confirmed")
    was = Basis.from_json(restore.basis or {})
    if fingerprint_of_restore(restore) != restore.fingerprint or basis_of(restore).contracts != was.contracts:
        raise OperationFailed("preview_outdated")
    if restore.confirmed_by is None or why_not_as_chosen(restore, restore.confirmed_by):
        raise OperationFailed("enforcement_not_allowed")
    items = RunItems(run, find=lambda _run: _find_items(restore.pk))
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        execution = _Execution(run, restore, client, items)
        for item in items.pending():
            run.safe_point()
            execution.do(item)


def _find_items(restore_id: int) -> list[Item]:
    """Return the waiting items; if none waits, return all."""
    rows = RestoreItem.everywhere.of_run(restore_id).in_writing_order().values_list("pk", "name")
    waiting_rows = rows.filter(state=ItemState.WAITING)
    rows = waiting_rows if waiting_rows.exists() else rows
    return [Item(str(pk), ObjectName(name)) for pk, name in rows]


class _Execution:
    """The execution of a restore by one run."""

    def __init__(
        self,
        run: RunContext[RestoreInputs],
        restore: RestoreRun,
        client: GraphClient,
        items: RunItems[RestoreInputs],
    ) -> None:
        self._run, self._restore, self._items, self._client = run, restore, items, client
        self._writer, self._images = ItemWriter(client, run.tenant), Images(run, client)
        self._tasks, self._waits = Tasks(restore, LockoutCheck(client, run.tenant)), Waits(run, client, items)

    def do(self, entry: Item) -> None:
        """Write one item and settle it; nothing is open in the database while Graph is asked."""
        item = RestoreItem.everywhere.select_related("payload", "version__policy", "before_version__payload").get(
            pk=int(entry.key)
        )
        self._work(entry, item)
        self._tasks.note(item)

    def _work(self, entry: Item, item: RestoreItem) -> None:
        if item.action not in WRITING:
            self._leave(entry, item)
            return
        contract = registry.get(item.type)
        try:
            release_connection()
            self._write_or_wait(entry, item, contract)
        except (GraphStopped, moving.ItemMoved):
            self._run.safe_point()
            raise
        except ReasonedError as error:
            self._fail(entry, item, error, error.reason_code)
        except Exception as error:
            log.exception("item_not_restored", item=item.pk)
            self._fail(entry, item, error, "internal_error")

    def _write_or_wait(self, entry: Item, item: RestoreItem, contract: Contract) -> None:
        """Raises ReasonedError."""
        try:
            self._write(entry, item, contract)
        except GraphApprovalPending as pending:
            self._waits.wait_for_approval(entry, item, pending.approval_code)

    def _write(self, entry: Item, item: RestoreItem, contract: Contract) -> None:
        """Raises ReasonedError."""
        match self._tasks.dependency_of(item, contract):
            case Dependency.FAILED:
                self._skip(entry, item, "dependency_failed")
                return
            case Dependency.WAITS:
                self._waits.wait_for_dependency(entry, item)
                return
        code = self._waits.approved_code(item)
        if code is None:
            self._waits.wait_on(entry, item)
            return
        if item.action == Action.DELETE:
            self._delete(entry, item, contract, code)
            return
        journal = journal_of(self._run, self._images, item, contract)
        if item.action == Action.UPDATE:
            live = self._writer.read(contract, item.found_id, source_of(contract, item))
            if live is None:
                raise ItemRefused(reason_code="deleted_since_preview")
            task = self._tasks.task(item, contract, live, code)
            result = self._writer.update(task, live, journal)
        else:
            task = self._tasks.task(item, contract, None, code)
            _graph_id, result = self._writer.create(task, journal)
        self._settle(entry, item, contract, task, result)

    def _settle(self, entry: Item, item: RestoreItem, contract: Contract, task: Task, result: Result) -> None:
        match result:
            case Written() if result.was_equal and not item.intent:
                self._done(entry, item, ItemState.UNCHANGED, RunItemState.UNCHANGED)
            case Written(after=after):
                self._keep(entry, item, contract, task, after, ())
            case WrittenWithDifferences(paths=paths, after=after):
                self._keep(entry, item, contract, task, after, paths)
            case ChangedSince(live=live):
                self._show_change(item, contract, live)
                is_deletion = item.action == Action.DELETE
                raise ItemRefused(reason_code="changed_since_restore" if is_deletion else "changed_since_preview")
            case NeedsNewObject():
                raise ItemRefused(reason_code="needs_new_object")
            case WaitingForApproval(approval_code=code):
                self._waits.wait_for_approval(entry, item, code)
            case HalfWritten(error=error):
                log.warning("half_written", item=item.pk, reason=error.reason_code)
                raise ItemRefused(reason_code="half_written")

    def _keep(
        self, entry: Item, item: RestoreItem, contract: Contract, task: Task, after: JsonObject, paths: tuple[str, ...]
    ) -> None:
        """Keep the after-image, settle the item and record it, all or nothing."""
        snapshot = self._images.snapshot(contract, after) if after else None
        state = ItemState.VERIFIED_WITH_DIFFERENCES if paths else ItemState.VERIFIED
        with transaction.atomic():
            self._run.lock()
            version = self._images.keep(contract, after, snapshot, Source.AFTER_RESTORE) if snapshot else None
            moving.move_item(
                item, state, after_version=version, reason_code="verified_with_differences" if paths else "",
                left_paths=[str(storable(path))[:LONGEST_PATH] for path in paths[:MOST_PATHS]],
            )  # fmt: skip
            self._record(RESTORE_OBJECT_WRITTEN, item)
            self._run.count("updated" if item.action == Action.UPDATE else "created")
            if "assignments" in task.payload:
                self._run.count("assignments", len(task.payload["assignments"]))
            if paths:
                self._run.count("warnings")
            self._items.settled(entry, RunItemState.SUCCEEDED)
        self._items.report()

    def _keep_half(self, item: RestoreItem) -> None:
        """Keep an image of an object that was created and not finished, so that an undo can offer to delete it.

        Where that fails, the undo offers it by its id, and compares it with what it should have become.
        """
        contract = registry.get(item.type)
        try:
            live = self._writer.read(contract, item.target_id, source_of(contract, item))
            snapshot = self._images.snapshot(contract, live) if live else None
            if live is None or snapshot is None:
                return
            with transaction.atomic():
                version = self._images.keep(contract, live, snapshot, Source.AFTER_RESTORE)
                moving.move_item(item, ItemState.WRITING, after_version=version)
        except GraphStopped:
            self._run.safe_point()
            raise
        except GraphError as error:
            log.warning("image_not_kept", item=item.pk, reason=error.reason_code)
        except Exception:
            log.exception("image_not_kept", item=item.pk)

    def _delete(self, entry: Item, item: RestoreItem, contract: Contract, code: str) -> None:
        before = content_of(item.before_version.payload) if item.before_version else None
        task = Task(
            contract, source_of(contract, item), item.live_hash, item.found_id, item.intent, before,
            justification=self._restore.reason, approval_code=code,
        )  # fmt: skip
        result = self._writer.delete(task, journal_of(self._run, self._images, item, contract))
        if result is not None:
            self._settle(entry, item, contract, task, result)
            return
        if item.before_version_id is None:
            self._done(entry, item, ItemState.UNCHANGED, RunItemState.UNCHANGED)
            return
        with transaction.atomic():
            self._run.lock()
            Policy.everywhere.of_tenant(self._run.tenant).present().filter(
                type=item.type, graph_id=item.found_id
            ).update(missing_since=self._run.now)
            moving.move_item(item, ItemState.VERIFIED, reason_code="")
            self._record(RESTORE_OBJECT_DELETED, item)
            self._run.count("deleted")
            self._items.settled(entry, RunItemState.SUCCEEDED)
        self._items.report()

    def _leave(self, entry: Item, item: RestoreItem) -> None:
        """Settle what the preview has found nothing to write for."""
        if item.action == Action.NONE:
            self._done(entry, item, ItemState.UNCHANGED, RunItemState.UNCHANGED)
            return
        code = str(item.blockers[0]["code"]) if item.blockers else "left_out"
        self._skip(entry, item, code)

    def _skip(self, entry: Item, item: RestoreItem, code: str) -> None:
        self._done(entry, item, ItemState.SKIPPED, skipped(code), code)

    def _done(
        self, entry: Item, item: RestoreItem, state: ItemState, result: RunItemState | ItemResult, code: str = ""
    ) -> None:
        with transaction.atomic():
            moving.move_item(item, state, reason_code=code)
            self._items.settled(entry, result)
        self._items.report()

    def _fail(self, entry: Item, item: RestoreItem, error: Exception, code: str) -> None:
        item.refresh_from_db(fields=MOVED)  # what failed may have been rolled back
        if item.action == Action.CREATE and item.target_id and item.after_version_id is None:
            self._keep_half(item)
        with transaction.atomic():
            moving.move_item(item, ItemState.FAILED, reason_code=code)
            if item.action == Action.CREATE and item.target_id:
                self._run.count("created")
            self._items.note_failure(entry, error)
        self._items.report()

    def _show_change(self, item: RestoreItem, contract: Contract, live: JsonObject | None) -> None:
        """Write down what has changed since the preview, so that the result shows it."""
        seen_version = item.seen_version
        if live is None or seen_version is None:
            return
        changes = differences(contract, content_of(seen_version.payload), live)
        names = names_for_people({**item.names, **seen_version.names})
        item.changed_sentences = [
            {"kind": change.kind.value, "text": str(storable(sentence_of(change, names)))[:600], "path": ""}
            for change in changes[:MOST_PATHS]
        ]
        RestoreItem.everywhere.filter(pk=item.pk).update(changed_sentences=item.changed_sentences)

    def _record(self, action: AuditAction, item: RestoreItem) -> None:
        before, after = item.before_version, item.after_version
        audit.record(
            action,
            workspace_id=self._restore.workspace_id,
            tenant_id=self._restore.tenant_id,
            actor=self._run.initiator or self._restore.confirmed_by,
            target_type="policy",
            target_id=item.effective_target[:64],
            before={"name": item.name, "version": before.number} if before else None,
            after={"name": item.name, "version": after.number if after else None, "restore": self._restore.pk}
            | state_details(item),
            at=self._run.now,
        )
