"""A sync that captures settles a type once, also where the database refuses it (OPS-10)."""

from django.db import IntegrityError

from tenantpilot.inventory import recording
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.inventory.conftest import credential, directory, graph, plan, simulator

__all__ = ["credential", "directory", "graph", "plan", "simulator"]

KEYS = ("settingsCatalog", "compliancePolicy")


def test_ops_10_a_type_that_the_database_refused_is_settled_once(contoso, graph, credential, now, monkeypatch):
    real = recording._note

    def refuse(tenant, keys, **facts):
        if "succeeded_at" in facts and "settingsCatalog" in keys:
            raise IntegrityError("refused")
        real(tenant, keys, **facts)

    monkeypatch.setattr(recording, "_note", refuse)
    started = start_sync(tenant=contoso, initiator=None, now=now, policy_types=KEYS, capture=True)
    Runner().execute(started.run.pk)
    counts = OperationRun.everywhere.get(pk=started.run.pk).summary_counts
    assert (counts["total"], counts["processed"], counts["succeeded"], counts["failed"]) == (2, 2, 1, 1)
