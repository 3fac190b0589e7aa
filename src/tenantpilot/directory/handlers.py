"""The group sync that workers run. Nobody else imports it: it reaches Graph (GUARD-F).

A page's rows, the cursor behind it and the counts land in one transaction. So a worker that takes over goes on with the
next page, and what it repeats changes nothing.
"""

from collections.abc import Callable, Iterator
from functools import partial

import structlog
from django.db import transaction
from django.db.models import F

from tenantpilot.core.connections import released
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.directory import cursor as cursors
from tenantpilot.directory.looking_up import look_up
from tenantpilot.directory.models import Group, GroupCursor
from tenantpilot.directory.operations import GroupSyncCheckpoint
from tenantpilot.directory.recording import SELECT, GroupUnusable, mark_unseen, record_page
from tenantpilot.directory.use import ids_in_use
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphForbidden, GraphNotFound, GraphResyncRequired, GraphStopped
from tenantpilot.graph.read.directory import ChangePage, count_of_members, pages_of_all, pages_since
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.tenants import record_sign_in

log = structlog.get_logger(__name__)

PERMISSION = "Group.Read.All"
MOST_COUNTED = 1_000
"""The number of groups whose members are counted in one sync, those that nobody has asked for longest first."""


def sync_groups(run: RunContext) -> None:
    """Read what changed, count the members of groups that policies name, and look up ids without a name."""
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        record_sign_in(run.tenant, now=run.now)
        checkpoint = run.last_checkpoint(GroupSyncCheckpoint) or GroupSyncCheckpoint()
        if not checkpoint.is_read:
            _Sync(run, client, checkpoint.pages).read()
        used = ids_in_use(run.tenant)
        _count_members(run, client, [graph_id for graph_id, object_type in used.items() if object_type == "group"])
        run.safe_point()
        _look_up(run, client, used)
    run.count("groups", Group.everywhere.of_tenant(run.tenant).present().count())


class _Sync:
    """The reading of changes by one run."""

    def __init__(self, run: RunContext, client: GraphClient, pages: int) -> None:
        self._run, self._client, self._page_count = run, client, pages
        self._cursor: GroupCursor = cursors.cursor_of(run.tenant)

    def read(self) -> None:
        """Read to the last page. Where Microsoft knows the link no more, all groups are read, once."""
        if cursors.begin(self._cursor, now=self._run.now):
            self._run.note("delta_expired")
        try:
            self._read_pages()
        except GraphResyncRequired as error:
            log.info("group_delta_expired", tenant=self._run.tenant.pk, code=error.facts.code)
            cursors.start_over(self._cursor)
            self._run.note("delta_expired")
            self._read_pages()

    def _read_pages(self) -> None:
        try:
            for page in released(self._pages()):
                self._run.safe_point()
                self._keep(page)
        except GraphForbidden as error:
            error.name_permission(PERMISSION)
            raise

    def _pages(self) -> Iterator[ChangePage]:
        link = self._cursor.link
        return pages_since(self._client, link) if link else pages_of_all(self._client, SELECT)

    def _keep(self, page: ChangePage) -> None:
        now = self._run.now
        with transaction.atomic():
            tally = record_page(self._run.tenant, self._cursor, page.items, now=now)
            if page.is_last:
                tally.deleted += mark_unseen(self._run.tenant, self._cursor, now=now)
                cursors.complete(self._cursor, page.link, now=now)
            else:
                cursors.advance(self._cursor, page.link, now=now)
            for key in ("created", "updated", "deleted", "unchanged"):
                self._run.count(key, getattr(tally, key))
            for name in tally.unusable:
                self._run.item_raised(ObjectName(name), GroupUnusable())
            self._page_count += 1
            self._run.checkpoint(GroupSyncCheckpoint(self._page_count, page.is_last))


def _count_members(run: RunContext, client: GraphClient, ids: list[str]) -> None:
    """A group whose members cannot be counted keeps the count that it has: the sync is no failure for it."""
    rows = Group.everywhere.of_tenant(run.tenant).present().filter(graph_id__in=ids)
    order = (F("members_asked_at").asc(nulls_first=True), F("members_counted_at").asc(nulls_first=True), "pk")
    oldest = list(rows.order_by(*order).values_list("graph_id", flat=True)[:MOST_COUNTED])
    calls: dict[str, Callable[[], int]] = {key: partial(count_of_members, client, key) for key in oldest}
    for graph_id, count in released(client.together(calls)):
        run.safe_point()
        group = Group.everywhere.of_tenant(run.tenant).filter(graph_id=graph_id)
        if isinstance(count, GraphError):
            group.update(members_asked_at=run.now)
            if not isinstance(count, GraphNotFound):
                log.warning("members_not_counted", tenant=run.tenant.pk, reason=count.reason_code)
            continue
        group.update(member_count=count, members_counted_at=run.now, members_asked_at=run.now)


def _look_up(run: RunContext, client: GraphClient, used: dict[str, str]) -> None:
    try:
        look_up(client, run.tenant, used, now=run.now)
    except GraphStopped:
        raise
    except GraphError as error:
        log.warning("names_not_read", tenant=run.tenant.pk, reason=error.reason_code)
