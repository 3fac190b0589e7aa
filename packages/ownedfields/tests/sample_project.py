"""A small project held in memory: a guarded model, its owner, and its look-alike."""

from __future__ import annotations

from pathlib import Path

from ownedfields.checking import Checker, Report
from ownedfields.config import Config
from ownedfields.config_reading import parse_config
from ownedfields.discovery import Tree

CONFIG = {
    "guard": [
        {
            "model": "tp.operations.models.OperationRun",
            "fields": ["status", "outcome"],
            "owner": ["tp/operations/service.py"],
            "name_hints": ["run", "operation_run"],
        }
    ],
    "together": [
        {
            "name": "runs and notifications",
            "signals": ["tp.operations.models.OperationRun", "OperationRunService"],
            "stores": ["tp.operations.models.Notification"],
            "calls": [".notify(+)", ".send_to_database", "send_mail(+)"],
            "allow": [
                {"file": "tp/operations/service.py", "reason": "completes runs"},
                {"file": "tp/operations/notifications.py", "reason": "the terminal notification"},
            ],
        }
    ],
    "banned": [{"names": ["RunStatusChangedNotification"], "instead": "OperationRunCompleted"}],
}
FILES = {
    "src/tp/__init__.py": "",
    "src/tp/operations/__init__.py": "",
    "src/tp/backups/__init__.py": "",
    "src/tp/tenancy/__init__.py": "",
    "src/tp/app/__init__.py": "",
    "src/tp/tenancy/models.py": """
from django.db import models

class Tenant(models.Model):
    status = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
""",
    "src/tp/backups/models.py": """
from django.db import models
from tp.tenancy.models import Tenant

class BackupRun(models.Model):
    tenant = models.ForeignKey(Tenant, related_name="backup_runs", on_delete=models.CASCADE)
    status = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)

class BackupItem(models.Model):
    run = models.ForeignKey(BackupRun, related_name="items", on_delete=models.CASCADE)
    status = models.CharField(max_length=20)
""",
    "src/tp/operations/models.py": """
from django.db import models
from tp.tenancy.models import Tenant

class OperationRunQuerySet(models.QuerySet["OperationRun"]):
    def active(self):
        return self.exclude(status="completed")

    def newest(self):
        return self.order_by("-id").first()

class OperationRun(models.Model):
    tenant = models.ForeignKey(Tenant, related_name="operation_runs", on_delete=models.CASCADE)
    status = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20, null=True)
    message = models.TextField(default="")
    reason_code = models.CharField(max_length=20, default="")
    context = models.JSONField(default=dict)
    summary_counts = models.JSONField(default=dict)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="retries")
    objects = OperationRunQuerySet.as_manager()

    class Meta:
        db_table = "operation_runs"

    @property
    def is_done(self):
        return self.status == "completed"

class RunProgress(models.Model):
    run = models.OneToOneField(OperationRun, related_name="progress", on_delete=models.CASCADE)
    processed = models.IntegerField()
    status = models.CharField(max_length=20)

class Notification(models.Model):
    run = models.ForeignKey(OperationRun, null=True, on_delete=models.CASCADE)
    recipient = models.CharField(max_length=20)
    status = models.CharField(max_length=20)

    class Meta:
        db_table = "notifications"
""",
    "src/tp/operations/service.py": """
from dataclasses import dataclass
from tp.operations.models import OperationRun
from tp.operations.notifications import OperationRunCompleted

@dataclass
class Started:
    run: OperationRun

@dataclass
class AlreadyActive:
    run: OperationRun

class OperationRunService:
    def start(self, kind, *, tenant) -> Started | AlreadyActive:
        run = OperationRun.objects.create(tenant=tenant, status="queued")
        return Started(run)

    def finish(self, run: OperationRun, outcome: str) -> OperationRun:
        run.status = "completed"
        run.outcome = outcome
        run.save(update_fields=["status", "outcome"])
        OperationRunCompleted.store(run)
        return run
""",
    "src/tp/operations/notifications.py": """
from tp.operations.models import Notification, OperationRun

class OperationRunCompleted:
    @classmethod
    def store(cls, run: OperationRun) -> Notification:
        return Notification.objects.create(run=run, recipient="a")
""",
}
CASE = "src/tp/app/case.py"


def sample_config(**changes: object) -> Config:
    """The configuration of the sample, with changed entries."""
    return parse_config({**CONFIG, **changes}, root=Path("/sample"), source=Path("/sample/pyproject.toml"))


def check_files(files: dict[str, str], config: Config | None = None, *, base: bool = True) -> Report:
    """Check the sample project with some more files in it."""
    return checker_of(files, config, base=base).run()


def checker_of(files: dict[str, str], config: Config | None = None, *, base: bool = True) -> Checker:
    """Ready to check the sample project with some more files in it."""
    everything = {**(FILES if base else {}), **files}
    tree = Tree(Path("/sample"), {path: (len(text), 0) for path, text in everything.items()})
    return Checker(config or sample_config(), tree, lambda path: everything[path].encode())


def found_in(files: dict[str, str], config: Config | None = None) -> set[tuple[str, int, str]]:
    """Path, line and rule of every finding."""
    report = check_files(files, config)
    return {(each.path, each.line, each.rule) for each in report.findings}
