"""Items of a restore that wait: for an approval at Microsoft, or for another item that waits for one."""

from django.db import transaction

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.read.approvals import approval_status
from tenantpilot.operations.items.working import Item, RunItems, waiting
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores import moving
from tenantpilot.restores.approval_codes import (
    APPROVAL_PENDING,
    DEPENDENCY_PENDING,
    approval_place,
    is_overdue,
    opened_code,
)
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.operations import RestoreInputs
from tenantpilot.restores.states import Action, ItemState
from tenantpilot.restores.tasks import ItemRefused
from tenantpilot.tenancy.sealing import seal


class Waits:
    """The waits of the items that one run writes."""

    def __init__(self, run: RunContext[RestoreInputs], client: GraphClient, items: RunItems[RestoreInputs]) -> None:
        self._run, self._client, self._items = run, client, items
        self._sent_codes: dict[int, str] = {}

    def approved_code(self, item: RestoreItem) -> str | None:
        """Return the code of the approval that an item has waited for, "" where it waits for none, None while it waits.

        A code passes once: behind it a worker that takes over goes on without it. Raises ItemRefused.
        """
        is_waiting = item.state == ItemState.WAITING and item.reason_code != DEPENDENCY_PENDING
        if not is_waiting and item.approval_sealed is None:
            return ""
        code = opened_code(self._run.tenant, item)
        match approval_status(self._client, code) if code else "needsApproval":
            case "approved":
                self._sent_codes[item.pk] = code
                return code
            case "completed":
                return ""
            case "rejected" | "cancelled":
                raise ItemRefused(reason_code="approval_refused")
            case "expired":
                raise ItemRefused(reason_code="approval_expired")
        if is_overdue(item, now=self._run.now):
            raise ItemRefused(reason_code="approval_expired")
        return None

    def wait_on(self, entry: Item, item: RestoreItem) -> None:
        """Settle an item that waits and goes on waiting."""
        with transaction.atomic():
            moving.move_item(item, ItemState.WAITING)
            self._items.settled(entry, waiting(item.reason_code))
        self._items.report()

    def wait_for_approval(self, entry: Item, item: RestoreItem, code: str) -> None:
        """Keep the code of the approval sealed; a later run goes on with it.

        Raises ItemRefused if the write was sent with an approved code and needs the same approval all the same: each
        run would end like this one.
        """
        if (sent_code := self._sent_codes.get(item.pk)) and code in ("", sent_code):
            raise ItemRefused(reason_code="approval_not_taken")
        is_same = item.reason_code == APPROVAL_PENDING and code == opened_code(self._run.tenant, item)
        is_nothing_created = item.action == Action.CREATE and not item.target_id
        sealed = seal(code, belongs_to=approval_place(self._run.tenant, item)) if code else None
        with transaction.atomic():
            moving.move_item(
                item,
                ItemState.WAITING,
                reason_code=APPROVAL_PENDING,
                waits_since=(is_same and item.waits_since) or self._run.now,
                # Nobody knows what is created while it waits: the next attempt looks at the tenant anew.
                intent={} if is_nothing_created else item.intent,
                approval_sealed=sealed.value if sealed else None,
                approval_key_id=sealed.key_id if sealed else "",
            )
            self._items.settled(entry, waiting(APPROVAL_PENDING))
        self._items.report()

    def wait_for_dependency(self, entry: Item, item: RestoreItem) -> None:
        """Let an item wait for one that waits for an approval; the run that goes on with that one writes both."""
        if item.state == ItemState.WAITING:
            self.wait_on(entry, item)
            return
        with transaction.atomic():
            moving.move_item(item, ItemState.WAITING, reason_code=DEPENDENCY_PENDING, waits_since=self._run.now)
            self._items.settled(entry, waiting(DEPENDENCY_PENDING))
        self._items.report()
