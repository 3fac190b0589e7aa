"""Keys between owned tables: of every model of every installed app, whatever its room (SEC-03)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils import timezone

from tenantpilot.core.owned import TenantOwned, WorkspaceOwned, faults, owned_keys, scoped, unscoped
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.schedules.models import Schedule, ScheduleSlot
from tenantpilot.tenancy import owned_keys as database_keys
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.web.ui.saved_views.models import SavedView
from tests.operations.kit import Engine
from tests.web.kit import policy

pytestmark = pytest.mark.contract


@pytest.fixture
def adatum(database: None) -> Tenant:
    workspace = Workspace.objects.create(slug="adatum-msp", name="Adatum MSP")
    entra = "44444444-4444-4444-8444-444444444444"
    return Tenant.everywhere.create(workspace=workspace, slug="adatum", name="Adatum", entra_tenant_id=entra)


@pytest.fixture
def neighbor(contoso: Tenant) -> Tenant:
    """Another tenant of Contoso's workspace."""
    entra = "55555555-5555-4555-8555-555555555555"
    return Tenant.everywhere.create(
        workspace=contoso.workspace, slug="contoso-test", name="Contoso test", entra_tenant_id=entra
    )


def test_no_model_of_any_app_escapes_the_keys() -> None:
    """SEC-03: no list of rooms; a new table is seen by inheriting, or is named here."""
    assert faults(apps.get_models(include_auto_created=True)) == []


def test_the_database_has_every_key_that_follows_from_the_models(database: None) -> None:
    """SEC-03."""
    assert owned_keys(database_keys.our_models())
    assert database_keys.missing_keys(connection) == []


def test_a_key_that_is_gone_is_missed_and_written_again(own_database: Any) -> None:
    """SEC-03: by `migrate`, also when no migration waits."""
    key = next(key for key in owned_keys([Policy]) if key.column == "last_seen_run_id")
    with connection.cursor() as cursor:
        for statement in key.remove[connection.vendor]:
            cursor.execute(statement)
    assert database_keys.missing_keys(connection) == [key]
    database_keys.install(connection)
    assert database_keys.missing_keys(connection) == []


def test_a_policy_cannot_name_the_run_of_another_workspace_or_tenant(
    contoso: Tenant, adatum: Tenant, neighbor: Tenant, alice: User
) -> None:
    """SEC-03."""
    seen = policy(contoso, "A", timezone.now())
    for stranger in (adatum, neighbor):
        run = Engine(stranger).start(None)
        with pytest.raises(DatabaseError), transaction.atomic():
            Policy.everywhere.filter(pk=seen.pk).update(last_seen_run=run)
    own = Engine(contoso).start(alice)
    assert Policy.everywhere.filter(pk=seen.pk).update(last_seen_run=own) == 1


def test_a_saved_view_cannot_name_a_tenant_of_another_workspace(contoso: Tenant, adatum: Tenant, alice: User) -> None:
    """SEC-03."""
    with pytest.raises(DatabaseError), transaction.atomic():
        SavedView.everywhere.create(
            workspace=contoso.workspace, tenant=adatum, owner=alice, list_name="runs", created_at=timezone.now()
        )


def test_a_row_without_an_owner_keeps_its_parents_in_one_workspace(
    contoso: Tenant, adatum: Tenant, alice: User
) -> None:
    """SEC-03: a slot of a schedule that names a run."""
    now = timezone.now()
    schedule = Schedule.everywhere.create(
        workspace=contoso.workspace,
        tenant=contoso,
        name="Daily",
        frequency="daily",
        time_zone="UTC",
        next_slot_at=now,
        created_by=alice,
        created_at=now,
    )
    foreign = Engine(adatum).start(None)
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        ScheduleSlot.objects.create(schedule=schedule, slot_at=now, filled_at=now, run=foreign)
    own: OperationRun = Engine(contoso).start(alice)
    assert ScheduleSlot.objects.create(schedule=schedule, slot_at=now, filled_at=now, run=own).pk


@pytest.fixture
def planted_app() -> Iterator[None]:
    """An app that no list knows of; Django's registry forgets its models afterwards."""
    yield
    apps.all_models.pop("planted", None)
    apps.clear_cache()


def test_a_table_of_an_app_unheard_of_gets_its_keys_or_is_named(planted_app: None) -> None:
    """SEC-03: planted once each: an owner that is not inherited, a manager that is not scoped, a parent without one."""

    class Snapshot(TenantOwned):
        policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="+")
        objects = scoped(models.QuerySet)
        everywhere = unscoped(models.QuerySet)

        class Meta(TenantOwned.Meta):
            app_label = "planted"

    class Note(models.Model):
        workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "planted"

    class Bare(WorkspaceOwned):
        class Meta(WorkspaceOwned.Meta):
            app_label = "planted"

    class Line(models.Model):
        snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "planted"

    class Remark(WorkspaceOwned):
        line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
        objects = scoped(models.QuerySet)
        everywhere = unscoped(models.QuerySet)

        class Meta(WorkspaceOwned.Meta):
            app_label = "planted"

    assert [key.name for key in owned_keys([Snapshot])] == [
        "planted_snapshot_tenant_id_same_workspace",
        "planted_snapshot_policy_id_same_workspace",
        "planted_snapshot_policy_id_same_tenant",
    ]
    escaped = faults([Snapshot, Note, Bare, Line, Remark])
    for fault, start in zip(escaped, ("Note: inherit", "Bare: declare", "Remark.line: no key"), strict=True):
        assert start in fault


def new_tenant(slug: str, entra_tenant_id: str) -> Tenant:
    workspace = Workspace.objects.create(slug=f"{slug}-msp", name=slug)
    return Tenant.everywhere.create(workspace=workspace, slug=slug, name=slug, entra_tenant_id=entra_tenant_id)


def test_a_foreign_run_that_a_policy_named_before_is_forgotten(own_database: Any) -> None:
    """SEC-03: the upgrade mends what nothing had kept out, and leaves what was right."""
    home, stranger = new_tenant("home", "6" * 32), new_tenant("stranger", "7" * 32)
    right = policy(home, "A", timezone.now(), last_seen_run=Engine(home).start(None))
    wrong = policy(home, "B", timezone.now())
    call_command("migrate", "inventory", "0005_connection", verbosity=0)
    with connection.cursor() as cursor:
        for key in (key for key in owned_keys([Policy]) if key.column == "last_seen_run_id"):
            for statement in key.remove[connection.vendor]:
                cursor.execute(statement)
    Policy.everywhere.filter(pk=wrong.pk).update(last_seen_run=Engine(stranger).start(None))
    call_command("migrate", verbosity=0)
    assert Policy.everywhere.get(pk=right.pk).last_seen_run is not None
    assert Policy.everywhere.get(pk=wrong.pk).last_seen_run is None
    assert database_keys.missing_keys(connection) == []
