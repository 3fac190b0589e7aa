"""Contoso in the simulator, captured, and restores that a worker of this process previews and executes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from intunesim import Plan
from intunesim.web.editing import edit as portal_edit

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.editing import MappingEdit
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.services import Confirmation, confirm, start_preview
from tenantpilot.restores.settling import settle
from tenantpilot.restores.states import MappingAction
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.models import PolicyVersion
from tests.people import member
from tests.versions.conftest import (
    capture,
    captured,
    contoso,
    credential,
    directory,
    graph,
    northwind,
    simulator,
    sync,
    workspace_scope,
    worlds,
)

__all__ = [
    "capture",
    "captured",
    "contoso",
    "credential",
    "directory",
    "graph",
    "northwind",
    "simulator",
    "sync",
    "workspace_scope",
    "worlds",
]

ACCESS_POLICIES = "identity/conditionalAccess/policies"
KINDS = (
    "settingsCatalog",
    "compliancePolicy",
    "conditionalAccessPolicy",
    "namedLocation",
    "assignmentFilter",
    "deviceConfiguration",
    "notificationTemplate",
)


@pytest.fixture
def plan() -> Plan:
    return Plan(policies=16, seed=7, kinds=KINDS)


@pytest.fixture
def mona(contoso: Tenant) -> User:
    """Mona manages Contoso: she may restore."""
    return member(contoso, "mona", Role.MANAGER)


@dataclass
class Restoring:
    """Prepares, previews and confirms restores as Mona would."""

    tenant: Tenant
    person: User
    now: datetime

    def draft(self, *versions: PolicyVersion, tenant: Tenant | None = None) -> RestoreRun:
        return draft_of_versions(
            tenant=tenant or self.tenant, versions=versions, source="Test", actor=self.person, now=self.now
        )

    def preview(self, restore: RestoreRun, *, at: datetime | None = None) -> RestoreRun:
        started = start_preview(restore, actor=self.person, now=at or self.now)
        self.runner(at).execute(started.run.pk)
        return self.fresh(restore, at)

    def start(self, restore: RestoreRun, *, at: datetime | None = None) -> OperationRun:
        accepted = {(item.pk, code) for item in items_of(restore) for code in item.warnings}
        words = Confirmation(
            restore.fingerprint, restore.tenant.name, "Undo a mistake", frozenset(accepted), enforce_word="enforce"
        )
        return confirm(restore, words, actor=self.person, now=at or self.now).run

    def execute(self, restore: RestoreRun, *, at: datetime | None = None) -> OperationRun:
        """Confirm and write; answers the run as it ended."""
        run = self.start(restore, at=at)
        self.runner(at).execute(run.pk)
        self.fresh(restore, at)
        return OperationRun.everywhere.get(pk=run.pk)

    def whole(self, *versions: PolicyVersion) -> tuple[RestoreRun, OperationRun]:
        restore = self.preview(self.draft(*versions))
        assert restore.state == "previewed", [(item.name, item.blockers) for item in items_of(restore)]
        run = self.execute(restore)
        return self.fresh(restore), run

    def runner(self, at: datetime | None = None) -> Runner:
        return Runner(clock=lambda: at or self.now)

    def fresh(self, restore: RestoreRun, at: datetime | None = None) -> RestoreRun:
        return settle(RestoreRun.everywhere.select_related("tenant").get(pk=restore.pk), now=at or self.now)


@pytest.fixture
def restoring(contoso: Tenant, mona: User, now: datetime) -> Restoring:
    return Restoring(contoso, mona, now)


def items_of(restore: RestoreRun) -> list[RestoreItem]:
    return list(RestoreItem.everywhere.of_run(restore.pk).in_order())


def version_of(graph_id: str) -> PolicyVersion:
    """Return the newest version of an object."""
    policy = Policy.everywhere.get(graph_id=graph_id)
    newest: PolicyVersion = (
        PolicyVersion.everywhere.of_policy(policy).newest_first().select_related("policy", "tenant").first()
    )
    return newest


def entity_of(directory: Any, path: str, number: int = 0) -> Any:
    """Return an object of the tenant as the simulator keeps it."""
    return list(directory.store.entities(path))[number]


def edit(directory: Any, path: str, graph_id: str, **changes: Any) -> None:
    """Change an object as its portal would."""
    entity = directory.store.find(path, graph_id)
    entity.body.update(changes)
    directory.store.put(path, entity)


def delete(simulator: Any, directory: Any, path: str, graph_id: str) -> None:
    """Delete an object as its portal would."""
    portal_edit(simulator, directory, "DELETE", f"{path}/{graph_id}", {})


def create(simulator: Any, directory: Any, path: str, body: dict[str, Any]) -> str:
    """Create an object as its portal would, and return its id."""
    before = {entity.id for entity in directory.store.entities(path)}
    portal_edit(simulator, directory, "POST", path, body)
    [graph_id] = {entity.id for entity in directory.store.entities(path)} - before
    return str(graph_id)


REFERENCES = {
    "group": "groups",
    "assignmentFilter": "deviceManagement/assignmentFilters",
    "mobileApp": "deviceAppManagement/mobileApps",
}


def mapped(rows: Iterable[RestoreMapping], directory: Any) -> dict[int, MappingEdit]:
    """Choose an object of the same kind for each reference, each object once."""
    targets = {kind: (one.id for one in directory.store.entities(path)) for kind, path in REFERENCES.items()}
    return {row.pk: MappingEdit(MappingAction.MAP, next(targets[row.kind])) for row in rows}


def writes_of(simulator: Any) -> list[str]:
    """Return the requests that changed anything, as method and path."""
    reading = ("$batch", "getByIds")
    return [
        f"{entry.method} {entry.path}"
        for entry in simulator.log
        if entry.method != "GET" and not entry.path.endswith(reading) and "/oauth2/" not in entry.path
    ]


def users(**more: Iterable[str]) -> dict[str, list[str]]:
    """Return the people of a Conditional Access policy: all of them, unless `more` says otherwise."""
    empty = dict.fromkeys(("excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"), ())
    return {name: list(value) for name, value in {**empty, "includeUsers": ["All"], **more}.items()}


@pytest.fixture
def otto(contoso: Tenant) -> User:
    """Otto owns Contoso: he may enforce policies."""
    return member(contoso, "otto", Role.OWNER)


@pytest.fixture
def owning(contoso: Tenant, otto: User, now: datetime) -> "Restoring":
    return Restoring(contoso, otto, now)


@pytest.fixture
def access_policy(directory: Any, sync: Any, capture: Any) -> Any:
    """Return a function that makes the only policy, for one group: in one state in its version, and in another now."""

    def policy(state: str, live: str, **conditions: Any) -> PolicyVersion:
        first, *others = directory.store.entities(ACCESS_POLICIES)
        for other in others:
            directory.store.remove(ACCESS_POLICIES, other.id)
        people = users(includeUsers=[], includeGroups=[next(iter(directory.store.entities("groups"))).id])
        conditions = {**first.body["conditions"], "users": people, "locations": None, **conditions}
        controls = {"operator": "OR", "builtInControls": ["mfa"]}
        edit(directory, ACCESS_POLICIES, first.id, state=state, conditions=conditions, grantControls=controls)
        assert capture().outcome == "succeeded"
        edit(directory, ACCESS_POLICIES, first.id, state=live, displayName="Changed by hand")
        return version_of(first.id)

    return policy
