"""A query outside its workspace is an error and not a leak (SEC-03)."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django_scopes import ScopedManager, scope
from django_scopes.exceptions import ScopeError

from tenantpilot.core.owned import WorkspaceOwned
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.tenancy.models import Tenant, TenantCredential, TenantMember, User, Workspace, WorkspaceMember
from tests.operations.kit import Engine

pytestmark = pytest.mark.contract

# Rows that no workspace owns, or that are reached through one that a workspace owns.
NOT_SCOPED = {"Workspace", "User", "ProcessHeartbeat", "AuditLog", "AuditChain", "RunEvent", "RunProgress"}


QUESTIONS = (
    "all", "count", "first", "last", "exists", "iterator", "values", "values_list", "get", "filter", "exclude",
    "update", "aggregate", "annotate", "in_bulk", "contains", "explain", "distinct", "order_by", "latest", "earliest",
    "select_for_update", "get_or_create", "update_or_create", "union", "only", "reverse", "raw", "bulk_update",
)  # fmt: skip


def models_of_workspaces() -> list[Any]:
    """Return the owned models of every installed app; test_owned.py names those that forget to be owned."""
    return [model for model in apps.get_models() if issubclass(model, WorkspaceOwned)]


@pytest.mark.parametrize("model", models_of_workspaces(), ids=lambda model: model.__name__)
def test_a_query_outside_a_workspace_is_refused(database: None, model: Any) -> None:
    """SEC-03: every model that belongs to a workspace."""
    for question in QUESTIONS:
        with pytest.raises(ScopeError):
            getattr(model.objects, question)()
    for lazy in (model.objects.select_related(), model.objects.prefetch_related(), model.objects.using("default")):
        with pytest.raises(ScopeError):
            list(lazy)


def test_there_are_models_to_test() -> None:
    """SEC-03."""
    assert {Tenant, TenantMember, TenantCredential, WorkspaceMember, OperationRun, Notification} <= {
        *models_of_workspaces()
    }


@pytest.fixture
def adatum(database: None) -> Tenant:
    workspace = Workspace.objects.create(slug="adatum-msp", name="Adatum MSP")
    entra = "44444444-4444-4444-8444-444444444444"
    return Tenant.everywhere.create(workspace=workspace, slug="adatum", name="Adatum", entra_tenant_id=entra)


def test_a_query_inside_a_workspace_sees_that_workspace_alone(contoso: Tenant, adatum: Tenant, alice: User) -> None:
    """SEC-03."""
    mine, theirs = Engine(contoso).start(alice), Engine(adatum).start(None)
    with scope(workspace=contoso.workspace):
        assert [*OperationRun.objects.all()] == [mine]
        assert [*Tenant.objects.all()] == [contoso]
        assert not OperationRun.objects.filter(pk=theirs.pk).exists()
        assert not OperationRun.objects.of_tenant(adatum).exists()


def test_a_workspace_sees_no_notification_of_another(contoso: Tenant, adatum: Tenant, alice: User) -> None:
    """SEC-03: even of the same person."""
    Engine(contoso).completed(alice)
    Engine(adatum).completed(alice)
    with scope(workspace=adatum.workspace):
        assert {note.workspace_id for note in Notification.objects.of_person(alice)} == {adatum.workspace_id}


def test_a_row_cannot_point_into_another_workspace(contoso: Tenant, adatum: Tenant, alice: User) -> None:
    """SEC-03: composite keys, on both engines; written through the models, past every scope."""
    foreign = {"workspace": contoso.workspace, "tenant": adatum}
    for attempt in (
        lambda: TenantMember.everywhere.create(user=alice, role="owner", **foreign),
        lambda: TenantCredential.everywhere.create(
            kind="secret", client_id=adatum.entra_tenant_id, sealed=b"x", key_id="k", **foreign
        ),
        lambda: TenantMember.everywhere.filter(user=alice).update(tenant=adatum),
        lambda: TenantMember.everywhere.filter(user=alice).update(workspace=adatum.workspace),
        lambda: Tenant.everywhere.filter(pk=contoso.pk).update(workspace=adatum.workspace),
    ):
        with pytest.raises(DatabaseError, match="workspace"), transaction.atomic():
            attempt()


def test_every_manager_of_a_scoped_model_is_scoped_or_says_everywhere() -> None:
    """SEC-03: there is no third way in."""
    for model in models_of_workspaces():
        names = {manager.name for manager in model._meta.managers}
        assert names <= {"objects", "everywhere", "_base_manager"}, model
        assert ScopedManager
