"""The story of the demo's tenants: a backup, changes by people behind TenantPilot's back, a drill, and a restore."""

from collections.abc import Callable

from django.utils import timezone

from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.requests import ScheduledBackupInputs
from tenantpilot.backups.services import start_backup
from tenantpilot.cli.demo import sample
from tenantpilot.cli.demo.people_and_places import CONTOSO, OLIVIA, TENANTS, SampleTenant
from tenantpilot.cli.demo.portal import ACCESS, ANNA, BERT, CATALOG, CLASSIC, Edit, edit
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.drills import start_drill
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.services import start_preview
from tenantpilot.versions.models import PolicyVersion

Wait = Callable[[list[int]], None]


def play(port: int, wait: Wait) -> None:
    """Back every tenant up, let people change it, sync, drill, and prepare a restore. Raises OSError."""
    for place in TENANTS:
        _schedule_nightly_backup(place)
    wait([_backed_up(place) for place in TENANTS])
    for place in TENANTS:
        _change(port, place)
    wait([_synced(place) for place in TENANTS])
    drills = [_drilled(place) for place in TENANTS]
    if restore := _draft_of_the_deleted(CONTOSO):
        wait([int(start_preview(restore, actor=sample.person(OLIVIA), now=timezone.now()).run.pk)])
    wait(drills)


def _schedule_nightly_backup(place: SampleTenant) -> None:
    create_schedule(
        BACKUP_SCHEDULE_RUN,
        tenant=sample.tenant(place),
        name="Nightly backup",
        cadence=Cadence(Frequency.DAILY, "UTC", hour=2),
        inputs=ScheduledBackupInputs(),
        actor=sample.person(OLIVIA),
        now=timezone.now(),
    )


def _backed_up(place: SampleTenant) -> int:
    tenant, olivia = sample.tenant(place), sample.person(OLIVIA)
    return int(start_backup(tenant=tenant, initiator=olivia, name="First backup", now=timezone.now()).run.pk)


def _synced(place: SampleTenant) -> int:
    tenant = sample.tenant(place)
    return int(start_sync(tenant=tenant, initiator=None, now=timezone.now(), capture=True).run.pk)


def _drilled(place: SampleTenant) -> int:
    """A drill of the system, as of a schedule: nobody is notified of it."""
    return int(start_drill(tenant=sample.tenant(place), initiator=None, now=timezone.now()).run.pk)


def _draft_of_the_deleted(place: SampleTenant) -> RestoreRun | None:
    """Prepare to write back what was deleted; None where nothing is missing."""
    tenant = sample.tenant(place)
    missing = Policy.everywhere.of_tenant(tenant).exclude(missing_since=None).values_list("pk", flat=True)
    versions = list(
        PolicyVersion.everywhere.newest_of_each(list(missing)).filter(tenant=tenant).select_related("policy", "tenant")
    )
    if not versions:
        return None
    olivia, source = sample.person(OLIVIA), "What was deleted"
    return draft_of_versions(tenant=tenant, versions=versions, source=source, actor=olivia, now=timezone.now())


def _change(port: int, place: SampleTenant) -> None:
    """Two people change settings, one switches a Conditional Access policy to report-only, one deletes a profile."""
    for number, name in enumerate((ANNA, BERT, ANNA)):
        words = {"description": f"Reviewed with the security team, step {number + 1}"}
        edit(port, place, Edit("PATCH", CATALOG, number, words, by=name))
    edit(port, place, Edit("PATCH", ACCESS, 0, {"state": "enabledForReportingButNotEnforced"}))
    edit(port, place, Edit("DELETE", CLASSIC, 0, {}, by=BERT))
