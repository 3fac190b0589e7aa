"""How each operation type there is is started, and what it needs to have something to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from tenantpilot.inventory.connecting.services import start_check
from tenantpilot.inventory.many_tenants.services import start_syncs
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_ignore, start_sync, start_unignore
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.offboarding.archiving import archive_tenant
from tenantpilot.operations.offboarding.removing import start_removal
from tenantpilot.operations.operations import BACKFILL_WORKSPACE_IDS, OPERATION_RETENTION
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs, OperationType
from tenantpilot.operations.workers import handler_call
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.operations import PAYLOAD_SWEEP
from tenantpilot.versions.payloads import encoded, keep
from tenantpilot.versions.services import start_capture, start_prune
from tests.inventory.outages.flow_works import FlowWorks
from tests.operations.offboarding.keys import take_keys_off
from tests.people import member, new_workspace
from tests.versions.kit import new_policy, take

TYPES = ("settingsCatalog", "compliancePolicy", "powershellScript")
LONG_AGO = timedelta(days=2_000)


@dataclass
class Works(FlowWorks):
    """Starts of operations in one tenant."""

    tenant: Tenant
    now: datetime
    service: OperationRunService = field(default_factory=OperationRunService)

    def start(self, kind: OperationType[Any]) -> OperationRun:
        """A type with inputs that is missing here fails the test of all types; one without is asked of the tenant."""
        start = getattr(self, f"_{kind.key}", None)
        return (start() if start else self._without_inputs(kind)).run  # type: ignore[no-any-return]

    def _without_inputs(self, kind: OperationType[Any]) -> Any:
        assert kind.inputs is NoInputs, f"{kind.key}: say here how it is started"
        if not self._policies():
            finish(self._inventory_sync().run)
        return self.service.start(kind, tenant=self.tenant, initiator=None, inputs=NoInputs(), now=self.now)

    def _inventory_sync(self) -> Any:
        return start_sync(tenant=self.tenant, initiator=None, now=self.now, policy_types=TYPES)

    def _connection_check(self) -> Any:
        return start_check(tenant=self.tenant, initiator=None, now=self.now)

    def _bulk_policy_ignore(self) -> Any:
        self._some_policies(is_ignored=False)
        chosen = self._policies()
        return start_ignore(tenant=self.tenant, initiator=None, selection=chosen, reason="", now=self.now)

    def _bulk_policy_unignore(self) -> Any:
        self._some_policies(is_ignored=True)
        return start_unignore(tenant=self.tenant, initiator=None, selection=self._policies(), now=self.now)

    def _policy_capture(self) -> Any:
        if not self._policies():
            finish(self._inventory_sync().run)
        fresh = Policy.everywhere.of_tenant(self.tenant).filter(versions=None).order_by("pk")
        chosen = list(fresh.values_list("pk", flat=True)[:3]) or self._policies()[:3]
        return start_capture(tenant=self.tenant, initiator=None, selection=chosen, now=self.now)

    def _operation_retention(self) -> Any:
        self._some_old_runs()
        return self.service.start(
            OPERATION_RETENTION,
            tenant=None,
            workspace=self.tenant.workspace,
            initiator=None,
            inputs=NoInputs(),
            now=self.now,
        )

    def _tenants_sync(self) -> Any:
        """The sync is under way already, so that each of these joins it and puts no further job in line."""
        start_sync(tenant=self.tenant, initiator=None, now=self.now)
        chosen = {"workspace": self.tenant.workspace, "tenants": [self.tenant]}
        return start_syncs(initiator=None, now=self.now, **chosen)

    def _backfill_workspace_ids(self) -> Any:
        """Policies that name another workspace, in a database without the keys that keep them from it."""
        take_keys_off()
        elsewhere = new_workspace(f"elsewhere-{OperationRun.everywhere.count()}", "Elsewhere")
        policy = new_policy(self.tenant, self.now, graph_id=f"foreign-{Policy.everywhere.count()}")
        Policy.everywhere.filter(pk=policy.pk).update(workspace=elsewhere)
        return self.service.start(
            BACKFILL_WORKSPACE_IDS,
            tenant=None,
            workspace=self.tenant.workspace,
            initiator=None,
            inputs=NoInputs(),
            now=self.now,
        )

    def _tenant_removal(self) -> Any:
        """A tenant of its own each time: it is gone afterwards."""
        slug = f"leaver-{OperationRun.everywhere.count()}"
        leaver = Tenant.everywhere.create(
            workspace=self.tenant.workspace, slug=slug, name=slug, entra_tenant_id=uuid4(), signed_in_at=self.now
        )
        member(leaver, f"person-{leaver.pk}", Role.OWNER)
        archive_tenant(leaver, actor=None, now=self.now)
        return start_removal(leaver, typed=leaver.name, actor=None, now=self.now, service=self.service)

    def _policy_version_prune(self) -> Any:
        """New versions each time, of which the first ones may go."""
        policy = new_policy(self.tenant, self.now, graph_id=f"pruned-{Policy.everywhere.count()}")
        taken = [take(policy, {"id": "p", "passwordMinimumLength": number}, self.now) for number in range(4)]
        chosen = [version.pk for version in taken if version]
        return start_prune(tenant=self.tenant, initiator=None, versions=chosen, now=self.now)

    def _payload_sweep(self) -> Any:
        for number in range(3):
            keep(
                self.tenant.workspace_id,
                encoded({"forgotten": number, "at": OperationRun.everywhere.count()}),
                now=self.now,
            )
        return self.service.start(
            PAYLOAD_SWEEP, tenant=None, workspace=self.tenant.workspace, initiator=None, inputs=NoInputs(), now=self.now
        )

    def _policies(self) -> list[int]:
        return list(Policy.everywhere.of_tenant(self.tenant).order_by("pk").values_list("pk", flat=True)[:6])

    def _some_policies(self, *, is_ignored: bool) -> None:
        if not self._policies():
            finish(self._inventory_sync().run)
        Policy.everywhere.update(ignored_at=self.now if is_ignored else None, ignored_by=None, ignore_reason="")

    def _some_old_runs(self) -> None:
        for _each in range(3):
            started = start_check(tenant=self.tenant, initiator=None, now=self.now - LONG_AGO)
            claimed: Any = self.service.claim(started.run.pk, owner="worker", now=self.now - LONG_AGO)
            ending = handler_call.stopped(handler_call.RunOutcome.FAILED, handler_call.describe("internal_error"))
            self.service.finish(claimed.lease, ending, now=self.now - LONG_AGO)


def finish(run: OperationRun) -> OperationRun:
    Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


Statement = Callable[[str], None]


@contextmanager
def before_each_statement(do: Statement, monkeypatch: Any) -> Iterator[None]:
    """While a handler works, `do` is called with each statement of its own thread just before it is executed."""
    real = handler_call.load_handler

    def around(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        do(sql)
        return execute(sql, *rest)

    def load(kind: OperationType[Any]) -> Callable[[RunContext], None]:
        handler = real(kind)

        def watched(context: RunContext) -> None:
            with connection.execute_wrapper(around):
                handler(context)

        return watched

    with monkeypatch.context() as patch:
        patch.setattr(handler_call, "load_handler", load)
        yield
