"""Rows that name no workspace or a wrong one get that of their tenant, as a system run."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tenantpilot.core.owned import owned_keys
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.owned_keys import our_models
from tests.people import new_workspace
from tests.web.kit import policies


def command():
    out = StringIO()
    call_command("backfill_workspace_ids", stdout=out)
    return out.getvalue()


@pytest.fixture
def keys_off(database):
    """As in an old dump: nothing keeps a row from naming another workspace."""
    with connection.cursor() as cursor:
        for key in owned_keys(our_models()):
            for statement in key.remove[connection.vendor]:
                cursor.execute(statement)
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policies'")
            for (name,) in cursor.fetchall():
                if "search" not in name:
                    cursor.execute(f"DROP TRIGGER {name}")


def test_a_row_of_another_workspace_is_mended_in_chunks(contoso, fabrikam, keys_off, now, monkeypatch):
    monkeypatch.setattr("tenantpilot.operations.offboarding.backfill_handlers.CHUNK", 2)
    policies(contoso, 5, now)
    policies(fabrikam, 1, now)
    other = new_workspace("elsewhere", "Elsewhere")
    Policy.everywhere.filter(tenant=contoso).update(workspace=other)
    assert "mends" in command()
    run = OperationRun.everywhere.get(type="backfill_workspace_ids")
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.summary_counts["updated"], run.initiator) == ("succeeded", 5, None)
    assert set(Policy.everywhere.values_list("workspace", flat=True)) == {contoso.workspace_id}
    assert not Notification.everywhere.filter(run=run).exists()
    assert command() == "Every row has the workspace of its tenant.\n"
