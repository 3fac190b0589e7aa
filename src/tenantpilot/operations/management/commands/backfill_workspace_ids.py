"""`manage backfill_workspace_ids`: mends rows that do not say which workspace they are of."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tenantpilot.operations.offboarding.backfilling import start_backfills


class Command(BaseCommand):
    help = "Write into each row of a tenant the workspace of its tenant, where it is missing or another one."

    def handle(self, **_options: Any) -> None:
        """Start the runs; workers do the work."""
        answers = start_backfills(now=timezone.now())
        for answer in answers:
            self.stdout.write(f"Run {answer.run.pk} mends {answer.run.workspace.name}.")
        if not answers:
            self.stdout.write("Every row has the workspace of its tenant.")
