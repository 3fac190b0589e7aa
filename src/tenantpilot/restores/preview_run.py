"""The run that previews a restore: it makes all plans, and writes them down item by item."""

from django.db import transaction

from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.restores import moving
from tenantpilot.restores.basis import basis_of
from tenantpilot.restores.fingerprint import fingerprint_of_restore
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.operations import RestoreInputs
from tenantpilot.restores.previewing import Preview
from tenantpilot.restores.states import WRITING, Action
from tenantpilot.tenancy.connections import graph_client


def preview_restore(run: RunContext[RestoreInputs]) -> None:
    """Read the tenant and write down what the restore would do. Raises OperationFailed."""
    restore = RestoreRun.everywhere.of_tenant(run.tenant).filter(pk=run.inputs.restore).first()
    if restore is None or not moving.to_previewing(restore.pk, run.run_id):
        raise OperationFailed("restore_changed")
    if not moving.keep_basis(restore.pk, basis_of(restore).to_json()):
        raise OperationFailed("restore_changed")
    items = RunItems(run, find=lambda _run: _find_items(restore.pk))
    RestoreItem.everywhere.of_run(restore.pk).update(found_id="")
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        preview = Preview(run, restore, client)
        subjects = preview.planned()
        preview.learn_names(subjects)
    by_key = {str(subject.item.pk): subject for subject in subjects}
    preview.keep_again(by_key, pending={item.key for item in items.pending()})
    for item in items.pending():
        subject = by_key[item.key]
        if subject.error is None:
            items.attempt(item, lambda _run, entry: preview.keep(by_key[entry.key]))
            continue
        with transaction.atomic():
            preview.keep(subject)
            items.note_failure(item, subject.error)
        items.report()
    _finish(run, restore)


def _find_items(restore_id: int) -> list[Item]:
    """Return the items of a restore as a run works through them."""
    rows = RestoreItem.everywhere.of_run(restore_id).in_order().values_list("pk", "name")
    return [Item(str(pk), ObjectName(name)) for pk, name in rows]


def _finish(run: RunContext[RestoreInputs], restore: RestoreRun) -> None:
    run.safe_point()
    with transaction.atomic():
        rows = RestoreItem.everywhere.of_run(restore.pk)
        is_blocked = not rows.filter(action__in=[*WRITING, Action.NONE]).exists()
        fingerprint = fingerprint_of_restore(RestoreRun.everywhere.get(pk=restore.pk))
        if not moving.to_previewed(restore.pk, fingerprint, is_blocked=is_blocked, now=run.now):
            raise OperationFailed("restore_changed")
