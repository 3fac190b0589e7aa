"""Whatever JSON Graph sends of one object, the others are backed up, and the set says what it lacks."""

import json
from functools import partial
from uuid import UUID

import pytest

from tenantpilot.backups.models import BackupGap
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.services import start_backup
from tenantpilot.backups.verifying import faults_of
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.credentials import store_credential
from tests.backups.conftest import set_of
from tests.graph.scripted import CLIENT, Reply, page
from tests.inventory.test_any_object import (
    CATEGORIES,
    CONFIGURATIONS,
    GOOD,
    REPLACED,
    TYPES,
    UNUSABLE,
    WELL,
    listed,
    one,
    scripted,
)

__all__ = ["scripted"]

ROWS = ["5", '["x"]', '{"a": 1}', "null", "[null]", '[{"target": 5}]', '[{"target": {"groupId": 5}}]', "true", "[[1]]"]
SETTINGS = ['[5, null, "x", [1]]', '{"a": 5}', '[{"omaUri": {"a": 1}, "value": 5}]']
SECRETS = ['{"a": ["x"]}', "true", r'"\ud800\u0000"']
ODD = [
    *(one(assignments=json.dumps([target] * 30) if target == "x" else target) for target in ROWS),
    *(one(assignments="[]", omaSettings=settings) for settings in SETTINGS),
    *(one(assignments="[]", preSharedKey=secret) for secret in SECRETS),
    one(**{"assignments@odata.nextLink": "5"}),
    one(**{r"\ud800": '"y"'}, assignments="[]"),
    *(row[1] for row in REPLACED),
    *(row[1] for row in UNUSABLE),
]


@pytest.fixture
def back_up(scripted, contoso, now, monkeypatch):
    """Back up two types: one with this object beside a good one, and one that is well. No object is found by its id."""
    at_once = partial(graph_client, retry_policy=RetryPolicy(internal_error_backoff=()))
    monkeypatch.setattr("tenantpilot.backups.handlers.graph_client", at_once)
    facts = {"kind": "secret", "client_id": UUID(CLIENT), "secret": "s3cret~value", "expires_at": None}
    store_credential(tenant=contoso, actor=None, now=now, **facts)
    scripted.on(f"/{contoso.entra_tenant_id}/oauth2/v2.0/token", scripted._give_token)
    scripted.on(CATEGORIES, page(WELL))
    good = f'{GOOD[:-1]}, "assignments": []}}'

    def work(item):
        scripted.on(CONFIGURATIONS, Reply(content=listed(good, item)))
        started = start_backup(tenant=contoso, initiator=None, name="Odd", policy_types=TYPES, now=now)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return work


@pytest.mark.parametrize("item", ODD)
def test_an_odd_object_is_held_or_named_and_costs_no_other(back_up, item):
    """OPS-13, B2."""
    run = back_up(item)
    backup_set = set_of(run)
    held = {member.policy.name for member in members_of_set(backup_set).select_related("policy")}
    gaps = BackupGap.everywhere.filter(set=backup_set, kind="failed").count()
    assert {"Kiosks", "Policy 1"} <= held
    assert (len(held) + gaps, faults_of(backup_set)) == (3, [])
    assert backup_set.state == ("incomplete" if gaps else "complete")
    assert run.outcome == ("partially_succeeded" if gaps else "succeeded")
    assert set_of(back_up(item)).digest == backup_set.digest
