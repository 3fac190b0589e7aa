"""Rows that name no workspace or a wrong one get that of their tenant, as a system run."""

from io import StringIO

import pytest
from django.core.management import call_command

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.operations.offboarding.keys import take_keys_off
from tests.people import new_workspace
from tests.web.kit import policies


def command():
    out = StringIO()
    call_command("backfill_workspace_ids", stdout=out)
    return out.getvalue()


@pytest.fixture
def keys_off(database):
    take_keys_off()


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
