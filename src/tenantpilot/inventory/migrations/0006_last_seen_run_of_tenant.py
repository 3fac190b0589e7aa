"""Forget the run that last saw a policy where that run is of another workspace or tenant.

Nothing kept such a reference out. Forgetting it costs a link on the policy's page until the next sync.
"""

from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef


def forget_foreign_runs(apps: Any, _schema_editor: Any) -> None:
    runs = apps.get_model("operations", "OperationRun")._base_manager
    policies = apps.get_model("inventory", "Policy")._base_manager
    own = runs.filter(
        pk=OuterRef("last_seen_run_id"), workspace_id=OuterRef("workspace_id"), tenant_id=OuterRef("tenant_id")
    )
    policies.exclude(last_seen_run=None).filter(~Exists(own)).update(last_seen_run=None)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_connection"), ("operations", "0011_broken_schedules")]

    operations = [migrations.RunPython(forget_foreign_runs, migrations.RunPython.noop)]
