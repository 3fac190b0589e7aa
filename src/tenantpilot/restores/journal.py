"""The intent of a write, stored before the first request that changes anything (SEC-10)."""

from typing import Any

from django.db import transaction

from tenantpilot.core.connections import release_connection
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.write.results import Intent
from tenantpilot.inventory.observing import storable
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores import moving
from tenantpilot.restores.imaging import Images
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.operations import RestoreInputs
from tenantpilot.restores.states import Action, ItemState
from tenantpilot.restores.writing import Journal
from tenantpilot.versions.states import Source


def journal_of(run: RunContext[RestoreInputs], images: Images, item: RestoreItem, contract: Contract) -> Journal:
    """Return the functions that store what is about to happen to an item, each in a transaction of its own."""

    def changes(intent: Intent) -> None:
        if item.action != Action.CREATE:
            paths = [str(storable(path)) for path in intent.paths]
            _keep_image(run, images, item, contract, intent.before, {"paths": paths})
            release_connection()

    def creates(known_ids: list[str]) -> None:
        with transaction.atomic():
            run.safe_point()
            moving.move_item(item, ItemState.WRITING, intent={"known": known_ids})
        release_connection()

    def created(graph_id: str) -> None:
        with transaction.atomic():
            moving.move_item(item, ItemState.WRITING, target_id=graph_id)
        release_connection()

    def deletes(live: JsonObject) -> None:
        _keep_image(run, images, item, contract, live, {"deletes": True})
        release_connection()

    return Journal(changes, creates, created, deletes)


def _keep_image(
    run: RunContext[RestoreInputs], images: Images, item: RestoreItem, contract: Contract, before: JsonObject,
    intent: dict[str, Any],
) -> None:  # fmt: skip
    """Keep the object as it was, once, with the intent: a second attempt finds the image of the first."""
    snapshot = images.snapshot(contract, before)
    with transaction.atomic():
        run.safe_point()
        if item.before_version_id is None:
            version = images.keep(contract, before, snapshot, Source.BEFORE_RESTORE)
            moving.move_item(item, ItemState.WRITING, before_version=version, target_id=item.found_id, intent=intent)
