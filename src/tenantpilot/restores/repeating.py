"""Preparing again what a restore has not restored, with the choices of that restore as far as they still hold."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tenantpilot.restores.audit_actions import RESTORE_EDITED
from tenantpilot.restores.drafting import Chosen, NothingToRestore, Origin, require_done, store_draft
from tenantpilot.restores.enforcing import why_not_enforce
from tenantpilot.restores.models import RestoreEditor, RestoreItem, RestoreItemQuerySet, RestoreMapping, RestoreRun
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.states import WRITING, Choice, ItemState, MappingHow, StateChoice
from tenantpilot.tenancy.models import User

UNFINISHED = (
    Q(state=ItemState.FAILED)
    | Q(state=ItemState.SKIPPED, reason_code="dependency_failed")
    | Q(state__in=[ItemState.PENDING, ItemState.WRITING], action__in=WRITING)
)
"""The items of a restore that has ended which should have been restored and were not."""
NOT_CREATED = (
    "request_rejected", "permission_missing", "not_licensed", "throttled",
    "approval_required", "approval_refused", "approval_expired", "approval_not_taken",
)  # fmt: skip
"""The reasons behind which Microsoft has certainly created nothing."""
MOST_NAMED = 20


def draft_of_failed(restore: RestoreRun, *, source: str, actor: User, now: datetime) -> RestoreRun:
    """Prepare a restore of the items that failed, or that its run did not come to, with the choices made for them.

    Warnings are accepted anew. Raises CannotDraft, also while it is under way.
    """
    require_done(restore)
    items = list(unfinished_items(restore).select_related("version__policy__tenant", "state_chosen_by"))
    if not items:
        raise NothingToRestore("Nothing of it is left that could be prepared again.")
    may_enforce = not why_not_enforce(actor, restore.tenant)
    chosen = [_chosen_again(item, actor, may_enforce=may_enforce) for item in items]
    origin = Origin(restore.tenant, source, restore.source_set, restore.source_digest)
    with transaction.atomic():
        draft = store_draft(restore.tenant, origin, chosen, actor, now, restore.chosen)
        _keep_decisions(restore, draft)
        _keep_choosers(draft, actor)
        _record_states(draft, actor, now)
    return draft


def unfinished_items(restore: RestoreRun) -> RestoreItemQuerySet:
    """Return the items that should have been restored and were not, as far as they can be prepared again.

    A deletion is offered by an undo alone, and an item from another tenant is chosen there again.
    """
    items = RestoreItem.everywhere.of_run(restore.pk).in_order().filter(UNFINISHED)
    return items.filter(may_delete=False).exclude(version=None)


def begun_copies(restore: RestoreRun) -> int:
    """Return the number of items whose new object was begun and cannot be finished: they are left out another time."""
    items = unfinished_items(restore).filter(choice__in=[Choice.COPY, Choice.CREATE])
    return sum(
        choice_again(item)[0] is Choice.SKIP for item in items.only("choice", "intent", "target_id", "reason_code")
    )


def _chosen_again(item: RestoreItem, actor: User, *, may_enforce: bool) -> Chosen:
    """Return the item with its choices. Who prepares it chooses to enforce again, or else the one who chose it stays.

    A confirmation asks both whether they may do that now.
    """
    assert item.version is not None
    choice, picked_id = choice_again(item)
    state_choice = StateChoice(item.state_choice)
    is_kept_by_other = state_choice is StateChoice.ENFORCE and not may_enforce
    chooser = item.state_chosen_by if is_kept_by_other else actor
    return Chosen(item.version, choice, state_choice, picked_id, chooser)


def choice_again(item: RestoreItem) -> tuple[Choice, str]:
    """Return the choice for an item, and the id that a person picked.

    A new object that was begun is finished by its id. A copy is left out then, and so is an object without an id: to
    create either again would double it, and to restore it as proposed would write over another object.
    """
    choice = Choice(item.choice)
    if choice not in (Choice.CREATE, Choice.COPY) or not _is_begun(item):
        return choice, item.picked_id
    if choice is Choice.CREATE and item.target_id:
        return Choice.TARGET, item.target_id
    return Choice.SKIP, ""


def _is_begun(item: RestoreItem) -> bool:
    """Return True if the tenant has the new object of the item, or may have it."""
    return bool(item.target_id or (item.intent and item.reason_code not in NOT_CREATED))


def _keep_decisions(restore: RestoreRun, draft: RestoreRun) -> None:
    """Copy what people decided about references. The preview drops what is not used, and what is gone."""
    rows = list(RestoreMapping.everywhere.filter(restore_run=restore, how=MappingHow.PERSON))
    for row in rows:
        row.pk, row.restore_run = None, draft
        row._state.adding = True
    RestoreMapping.everywhere.bulk_create(rows, batch_size=200)


def _keep_choosers(draft: RestoreRun, actor: User) -> None:
    """Remember the people whose choices it has: like those who edit it, they never approve it."""
    rows = RestoreItem.everywhere.of_run(draft.pk).exclude(state_chosen_by=None).exclude(state_chosen_by=actor)
    for person in User.objects.filter(pk__in=rows.order_by().values("state_chosen_by")):
        facts = {"workspace_id": draft.workspace_id, "tenant_id": draft.tenant_id}
        RestoreEditor.everywhere.get_or_create(restore_run=draft, user=person, defaults=facts)


def _record_states(draft: RestoreRun, actor: User, now: datetime) -> None:
    """Record the choices for states that it begins with, as an edit of them is recorded."""
    items = list(RestoreItem.everywhere.of_run(draft.pk).in_order().exclude(state_choice=StateChoice.USUAL))
    if items:
        wishes = {item.name[:80]: str(item.get_state_choice_display()) for item in items[:MOST_NAMED]}
        record_action(RESTORE_EDITED, draft, actor, now, after={"items": len(items), "states": wishes})
