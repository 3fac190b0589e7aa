"""How the operations of versions, groups, files, backups and restores are started. Each start has as much to do."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pyrage
from django.utils import timezone

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.operations import ARTIFACT_PURGE
from tenantpilot.artifacts.reading import stream
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.backups import keeping
from tenantpilot.backups.models import BackupChain, BackupSet
from tenantpilot.backups.operations import (
    BACKUP_SCHEDULE_RUN,
    BACKUP_SET_ADD_POLICIES,
    BACKUP_SET_REMOVE_POLICIES,
    BULK_BACKUP_SET_FORCE_DELETE,
    BULK_BACKUP_SET_RESTORE,
    BULK_BACKUP_SET_TRASH,
)
from tenantpilot.backups.portable import services as portable
from tenantpilot.backups.requests import BackupRequest, ScheduledBackupInputs
from tenantpilot.backups.retaining.services import start_retention
from tenantpilot.backups.services import (
    start_backup,
    start_backup_of_policies,
    start_of_sets,
    start_revision,
    start_verification,
)
from tenantpilot.directory.models import Group, GroupCursor
from tenantpilot.directory.services import start_group_sync
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores import moving
from tenantpilot.restores.continuing import waiting_restores
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.drills import start_drill
from tenantpilot.restores.editing import discard
from tenantpilot.restores.keeping import trash as trash_record
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.moving import Confirmed
from tenantpilot.restores.operations import (
    BULK_RESTORE_RUN_FORCE_DELETE,
    BULK_RESTORE_RUN_RESTORE,
    BULK_RESTORE_RUN_TRASH,
    RESTORE_APPROVAL_CHECK,
)
from tenantpilot.restores.services import Confirmation, confirm, start_of_records, start_preview
from tenantpilot.restores.states import ItemState
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.library.services import Upload, library_of, start_import
from tenantpilot.versions.models import PolicyIndex, PolicyVersion
from tenantpilot.versions.payloads import content_of
from tenantpilot.versions.services import start_capture, start_index_fill
from tests.backups.kit import finished_set, new_chain
from tests.people import member
from tests.versions.kit import take

TYPES = ("settingsCatalog", "compliancePolicy", "powershellScript")
IDENTITY = pyrage.x25519.Identity.generate()
FEW = 4


class FlowWorks:
    """Starts of the operations that the rooms above the inventory have."""

    tenant: Tenant
    now: datetime

    def _entra_group_sync(self) -> Any:
        GroupCursor.everywhere.all().delete()
        Group.everywhere.all().delete()
        return start_group_sync(tenant=self.tenant, initiator=None, now=self.now)

    def _setting_index_fill(self) -> Any:
        self._captured()
        PolicyIndex.everywhere.filter(tenant=self.tenant).delete()
        return start_index_fill(tenant=self.tenant, initiator=None, now=self.now)

    def _artifact_purge(self) -> Any:
        for name in ("a.zip", "b.zip"):
            new = NewArtifact(self.tenant.workspace_id, None, Purpose.POLICY_EXPORT, name, self.tenant)
            keep_file(new, [name.encode()], now=self.now - timedelta(days=9))
        return self._of_workspace(ARTIFACT_PURGE)

    def _bulk_policy_export(self) -> Any:
        facts = {"tenant": self.tenant, "initiator": self._person(), "selection": self._captured(), "now": self.now}
        return start_export(layout=LayoutKey.INTUNECD, **facts)

    def _policy_import(self) -> Any:
        library = library_of(self.tenant.workspace, f"Library {_count()}", actor=None, now=self.now)
        upload = Upload("policies.zip", [_archive_of_policies()])
        return start_import(library, upload, initiator=None, now=timezone.now())

    def _backup_create(self) -> Any:
        self._captured()
        facts = {"tenant": self.tenant, "initiator": None, "name": "By hand", "now": self.now}
        return start_backup(policy_types=TYPES, **facts)

    def _backup_schedule_run(self) -> Any:
        self._captured()
        facts = {"tenant": self.tenant, "name": f"Nightly {_count()}", "actor": self._person(), "now": self.now}
        cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
        schedule = create_schedule(BACKUP_SCHEDULE_RUN, cadence=cadence, inputs=ScheduledBackupInputs(TYPES), **facts)
        inputs = ScheduledBackupInputs(TYPES, schedule=schedule.pk)
        runs = OperationRunService()
        return runs.start(BACKUP_SCHEDULE_RUN, tenant=self.tenant, initiator=None, inputs=inputs, now=self.now)

    def _backup_set_add_policies(self) -> Any:
        chosen = self._captured()
        backup_set = self._set_of(chosen[:1])
        facts = {"backup_set": backup_set, "initiator": None, "selection": chosen[1:], "now": self.now}
        return start_revision(BACKUP_SET_ADD_POLICIES, **facts)

    def _backup_set_remove_policies(self) -> Any:
        chosen = self._captured()
        backup_set = self._set_of(chosen)
        facts = {"backup_set": backup_set, "initiator": None, "selection": chosen[1:], "now": self.now}
        return start_revision(BACKUP_SET_REMOVE_POLICIES, **facts)

    def _backup_verify(self) -> Any:
        return start_verification(self._set_of(self._captured()), initiator=None, now=self.now)

    def _backup_export(self) -> Any:
        return self._export_of_set()

    def _backup_import(self) -> Any:
        exporting = self._export_of_set().run
        Runner().execute(exporting.pk)
        archive = b"".join(stream(Artifact.everywhere.get(run_id=exporting.pk)))
        facts = {"tenant": self.tenant, "initiator": None, "name": "set.zip.age", "now": self.now}
        return portable.start_import(parts=[archive], key=str(IDENTITY), **facts)

    def _bulk_backup_set_trash(self) -> Any:
        return self._of_sets(BULK_BACKUP_SET_TRASH, self._old_sets())

    def _bulk_backup_set_restore(self) -> Any:
        return self._of_sets(BULK_BACKUP_SET_RESTORE, self._trashed_sets())

    def _bulk_backup_set_force_delete(self) -> Any:
        return self._of_sets(BULK_BACKUP_SET_FORCE_DELETE, self._trashed_sets())

    def _apply_backup_retention(self) -> Any:
        chain = self._old_sets()[0].chain
        return start_retention(chain, initiator=None, now=self.now)

    def _restore_preview(self) -> Any:
        return start_preview(self._draft(), actor=self._person(), now=timezone.now())

    def _restore_execute(self) -> Any:
        restore, person = self._draft(), self._person()
        Runner().execute(start_preview(restore, actor=person, now=timezone.now()).run.pk)
        restore = RestoreRun.everywhere.select_related("tenant").get(pk=restore.pk)
        items = RestoreItem.everywhere.of_run(restore.pk)
        accepted = frozenset((item.pk, code) for item in items for code in item.warnings)
        words = Confirmation(restore.fingerprint, restore.tenant.name, "Undo a mistake", accepted)
        return confirm(restore, words, actor=person, now=timezone.now())

    def _restore_approval_check(self) -> Any:
        for _number in range(FEW - waiting_restores().filter(tenant=self.tenant).count()):
            self._waiting_restore()
        facts = {"tenant": self.tenant, "initiator": None, "now": self.now}
        return OperationRunService().start(RESTORE_APPROVAL_CHECK, inputs=NoInputs(), **facts)

    def _restore_drill(self) -> Any:
        self._set_of(self._captured())
        return start_drill(tenant=self.tenant, initiator=None, now=self.now)

    def _bulk_restore_run_trash(self) -> Any:
        return self._of_records(BULK_RESTORE_RUN_TRASH, self._ended_restores())

    def _bulk_restore_run_restore(self) -> Any:
        return self._of_records(BULK_RESTORE_RUN_RESTORE, self._trashed_restores())

    def _bulk_restore_run_force_delete(self) -> Any:
        return self._of_records(BULK_RESTORE_RUN_FORCE_DELETE, self._trashed_restores())

    def _captured(self) -> list[int]:
        """Return some policies that have versions."""
        policies = Policy.everywhere.of_tenant(self.tenant).filter(type="compliancePolicy").order_by("pk")
        if not policies.exists():
            Runner().execute(start_sync(tenant=self.tenant, initiator=None, now=self.now, policy_types=TYPES).run.pk)
            everything = list(Policy.everywhere.of_tenant(self.tenant).values_list("pk", flat=True))
            facts = {"tenant": self.tenant, "initiator": None, "now": self.now}
            Runner().execute(start_capture(selection=everything, **facts).run.pk)
        return list(policies.values_list("pk", flat=True)[:FEW])

    def _set_of(self, chosen: list[int]) -> BackupSet:
        facts = {"tenant": self.tenant, "initiator": None, "name": "Chosen", "now": self.now}
        run = start_backup_of_policies(selection=chosen, **facts).run
        Runner().execute(run.pk)
        made: BackupSet = BackupSet.everywhere.get(run_id=run.pk)
        return made

    def _export_of_set(self) -> Any:
        backup_set = self._set_of(self._captured())
        protection = portable.Protection((str(IDENTITY.to_public()),))
        facts = {"backup_set": backup_set, "initiator": self._person(), "now": self.now}
        return portable.start_export(protection=protection, **facts)

    def _old_sets(self) -> list[BackupSet]:
        """Return sets of a chain of their own, without its newest: that one is kept."""
        chain: BackupChain = new_chain(self.tenant, self.now)
        long_ago = self.now - timedelta(days=900)
        asked = BackupRequest(TYPES).to_json()
        sets = [
            finished_set(chain, seq, long_ago, asked=asked, read_until=long_ago + timedelta(minutes=seq))
            for seq in range(1, FEW + 2)
        ]
        return sets[:-1]

    def _trashed_sets(self) -> list[BackupSet]:
        sets = self._old_sets()
        for backup_set in sets:
            assert keeping.trash(backup_set, actor=None, now=self.now - timedelta(days=30))
        return sets

    def _of_sets(self, operation_type: Any, sets: list[BackupSet]) -> Any:
        keys = [backup_set.pk for backup_set in sets]
        return start_of_sets(operation_type, tenant=self.tenant, initiator=None, sets=keys, now=self.now)

    def _ended_restores(self) -> list[RestoreRun]:
        """Return restores that were discarded."""
        drafts = [self._draft() for _number in range(FEW)]
        for restore in drafts:
            discard(restore, actor=self._person(), now=timezone.now())
        return drafts

    def _waiting_restore(self) -> None:
        """Bring a draft to the state in which its one item waits for an approval that nobody has given."""
        restore, now = self._draft(), timezone.now()
        assert moving.to_previewing(restore.pk, None)
        assert moving.to_previewed(restore.pk, "seen", is_blocked=False, now=now)
        assert moving.to_confirmed(restore.pk, Confirmed("seen", "Mistake", self._person().pk), now=now)
        assert moving.to_executing(restore.pk, None)
        item = RestoreItem.everywhere.of_run(restore.pk).first()
        moving.move_item(item, ItemState.WAITING, reason_code="approval_pending", waits_since=now)
        assert moving.to_end(restore.pk, "partially_succeeded", is_waiting=True, now=now)

    def _trashed_restores(self) -> list[RestoreRun]:
        restores = self._ended_restores()
        for restore in restores:
            assert trash_record(restore, actor=None, now=self.now)
        return restores

    def _of_records(self, operation_type: Any, restores: list[RestoreRun]) -> Any:
        keys = [restore.pk for restore in restores]
        return start_of_records(operation_type, tenant=self.tenant, initiator=None, restores=keys, now=self.now)

    def _draft(self) -> RestoreRun:
        """Prepare a restore of versions that say something else than the tenant."""
        wanted = [self._other_version(Policy.everywhere.get(pk=pk)) for pk in self._captured()]
        facts = {"tenant": self.tenant, "actor": self._person(), "now": timezone.now()}
        return draft_of_versions(versions=wanted, source="Test", **facts)

    def _other_version(self, policy: Policy) -> PolicyVersion:
        newest = PolicyVersion.everywhere.of_policy(policy).newest_first().select_related("payload").first()
        assert newest is not None
        payload = content_of(newest.payload) | {"description": f"Description {_count()} of {newest.number}"}
        taken = take(policy, payload, self.now)
        assert taken is not None
        return taken

    def _person(self) -> User:
        return User.objects.filter(email__startswith="keeper").first() or member(self.tenant, "keeper", Role.MANAGER)

    def _of_workspace(self, operation_type: Any) -> Any:
        facts = {"tenant": None, "workspace": self.tenant.workspace, "initiator": None, "now": self.now}
        return OperationRunService().start(operation_type, inputs=NoInputs(), **facts)


def _count() -> int:
    return OperationRun.everywhere.count()


def _archive_of_policies() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(FEW):
            policy = {"name": f"Baseline {number}", "platforms": "windows10", "technologies": "mdm", "settings": []}
            archive.writestr(f"Settings Catalog/{number}.json", json.dumps(policy))
    return sink.getvalue()
