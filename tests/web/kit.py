"""What tests of pages share: policies, runs in every state, counting queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenantpilot.core.sanitizing import describe
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.lifecycle.outcome import ending_of
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import Claimed
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User

SCRIPT = {"HX-Request": "true"}
LIST = {**SCRIPT, "HX-Target": "div#list"}


def policy(tenant: Tenant, name: str, now: datetime, **fields: Any) -> Policy:
    """As a sync would have written it."""
    values = {"type": "settingsCatalog", "platform": "windows", "graph_id": f"id-{name}", "content_hash": "x"} | fields
    times = {"first_seen_at": now, "last_seen_at": now, "changed_at": now, "last_modified_at": now}
    made: Policy = Policy.everywhere.create(
        workspace_id=tenant.workspace_id, tenant=tenant, name=name, **(times | values)
    )
    return made


def policies(tenant: Tenant, number: int, now: datetime) -> list[Policy]:
    return [policy(tenant, f"Policy {index:03}", now) for index in range(number)]


def queued(tenant: Tenant, who: User | None, now: datetime, *types: str) -> OperationRun:
    return start_sync(tenant=tenant, initiator=who, now=now, policy_types=types or None).run


def running(tenant: Tenant, who: User | None, now: datetime, *types: str) -> Claimed:
    claimed = OperationRunService().claim(queued(tenant, who, now, *types).pk, owner="w", now=now)
    assert isinstance(claimed, Claimed)
    return claimed


def advance(claimed: Claimed, processed: int, total: int, now: datetime) -> None:
    OperationRunService().progress(claimed.lease, Progress(processed, total), now=now)


def ended(
    tenant: Tenant, who: User | None, now: datetime, *, failed: int = 0, succeeded: int = 3, types: tuple[str, ...] = ()
) -> OperationRun:
    """A run that took five seconds."""
    claimed = running(tenant, who, now, *types)
    counts = {"processed": failed + succeeded, "succeeded": succeeded, "failed": failed} | (
        {"updated": 1} if succeeded else {}
    )
    failures = [describe("permission_missing", {"status": 403}, item=f"Type {index}") for index in range(failed)]
    OperationRunService().finish(claimed.lease, ending_of(counts, failures), now=now + timedelta(seconds=5))
    return OperationRun.everywhere.get(pk=claimed.run.pk)


@contextmanager
def at_most_queries(number: int) -> Iterator[None]:
    """A page's budget; when it is exceeded, the queries are shown."""
    with CaptureQueriesContext(connection) as captured:
        yield
    statements = [query["sql"][:160] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= number, "\n".join(statements)
