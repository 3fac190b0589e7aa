"""Whatever JSON Graph sends, it costs at most its own type, by name, and is the same on both databases."""

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.credentials import store_credential
from tests.graph.scripted import CLIENT, Reply, ScriptedGraph, page, scripted_graph

CONFIGURATIONS = "/beta/deviceManagement/deviceConfigurations"
CATEGORIES = "/beta/deviceManagement/deviceCategories"
TYPES = ("deviceConfiguration", "deviceCategory")
WELL = {"id": "00000000-0000-4000-8000-000000000009", "displayName": "Kiosks"}
Sync = Callable[[bytes], OperationRun]


@pytest.fixture
def scripted(settings: Any) -> Iterator[ScriptedGraph]:
    with scripted_graph() as running:
        settings.GRAPH_SIMULATOR_URL = running.url
        yield running


@pytest.fixture
def sync(scripted: ScriptedGraph, contoso: Any, now: Any, monkeypatch: Any) -> Sync:
    """Sync two types: one whose list is the given JSON, and one that is well."""
    at_once = partial(graph_client, retry_policy=RetryPolicy(internal_error_backoff=()))
    monkeypatch.setattr("tenantpilot.inventory.handlers.graph_client", at_once)
    facts = {"kind": "secret", "client_id": UUID(CLIENT), "secret": "s3cret~value", "expires_at": None}
    store_credential(tenant=contoso, actor=None, now=now, **facts)
    scripted.on(f"/{contoso.entra_tenant_id}/oauth2/v2.0/token", scripted._give_token)
    scripted.on(CATEGORIES, page(WELL))

    def work(content: bytes) -> OperationRun:
        scripted.on(CONFIGURATIONS, Reply(content=content))
        started = start_sync(tenant=contoso, initiator=None, now=now, policy_types=TYPES)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return work


def listed(*items: str) -> bytes:
    return f'{{"value": [{", ".join(items)}]}}'.encode()


def one(**changed: str) -> str:
    """An object as JSON text, with properties as JSON text."""
    facts = {"id": '"00000000-0000-4000-8000-000000000002"', "displayName": '"Kiosk"', **changed}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in facts.items()) + "}"


GOOD = '{"id": "00000000-0000-4000-8000-000000000001", "displayName": "Policy 1"}'
DEEP = "[" * 500 + "]" * 500

# An object that is recorded, with what was impossible in it replaced.
REPLACED = [
    ("half of a surrogate pair", one(displayName=r'"Kiosk \ud83d lobby"'), "Kiosk \ufffd lobby"),
    ("the other half", one(displayName=r'"\ude00"'), "\ufffd"),
    ("NUL in a name", one(displayName=r'"left\u0000right"'), "left\ufffdright"),
    ("NUL in a kept property", one(description=r'"left\u0000right"'), "Kiosk"),
    ("NUL in the key of a kept property", one(roleScopeTagIds=r'[{"a\u0000\ud800": "\u0000"}]'), "Kiosk"),
    ("a name that is no text", one(displayName='{"a": 1}'), "Device configuration"),
    ("a year out of the calendar", one(lastModifiedDateTime='"9999-12-31T23:59:59-12:00"'), "Kiosk"),
    ("a year before the calendar", one(lastModifiedDateTime='"0001-01-01T00:00:00+14:00"'), "Kiosk"),
    ("a number of 400 digits", one(version="9" * 400), "Kiosk"),
    ("a type that is no text", '{"@odata.type": {"a": []}, ' + one()[1:], "Kiosk"),
    ("a platform that is a number", one(platforms="7"), "Kiosk"),
]
# An object that fails its type by its own name, while the others are recorded.
UNUSABLE = [
    ("an id of 300 characters", one(id=json.dumps("x" * 300))),
    ("an id with NUL", one(id=r'"a\u0000b"')),
    ("an id with half of a surrogate pair", one(id=r'"a\ud800b"')),
    ("an id of another script", one(id='"ид"')),
    ("a property without a bottom", one(roleScopeTagIds=DEEP)),
]
# An answer that fails its type as a whole.
UNREADABLE = [
    ("a number out of range", listed(GOOD, one(version="1e400"))),
    ("a negative number out of range", listed(GOOD, one(version="-1e400"))),
    ("NaN", listed(GOOD, one(version="NaN"))),
    ("Infinity", listed(GOOD, one(version="Infinity"))),
    ("a number of 5000 digits", listed(GOOD, one(version="9" * 5000))),
    ("no id", listed(GOOD, '{"displayName": "x"}')),
    ("an id that is a number", listed(GOOD, one(id="7"))),
    ("an item that is no object", listed(GOOD, "7")),
    ("an answer without a bottom", b'{"value": ' + b"[" * 100_000),
]


@pytest.mark.parametrize(("case", "item", "name"), REPLACED, ids=[row[0] for row in REPLACED])
def test_what_no_database_stores_is_replaced(sync, contoso, case, item, name):
    """OPS-13."""
    run = sync(listed(GOOD, item))
    assert (run.outcome, run.failure_summary) == ("succeeded", [])
    names = Policy.everywhere.of_tenant(contoso).of_type(TYPES[0]).values_list("name", flat=True)
    assert set(names) == {"Policy 1", name}
    assert sync(listed(GOOD, item)).summary_counts["unchanged"] == 3


@pytest.mark.parametrize(("case", "item"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_an_unusable_object_fails_its_type_by_name(sync, contoso, case, item):
    """OPS-13."""
    run = sync(listed(GOOD, item))
    assert run.outcome == "partially_succeeded"
    (entry,) = run.failure_summary
    assert (entry["code"], entry["item"]) == ("object_unusable", "Device configuration: Kiosk")
    assert recorded(contoso) == ["Kiosks", "Policy 1"]
    assert PolicyTypeSync.everywhere.get(tenant=contoso, type=TYPES[0]).reason_code == "object_unusable"


@pytest.mark.parametrize(("case", "content"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_an_unreadable_answer_fails_its_type_alone(sync, contoso, case, content):
    """OPS-13."""
    run = sync(content)
    assert run.outcome == "partially_succeeded"
    (entry,) = run.failure_summary
    assert (entry["code"], entry["item"]) == ("response_unreadable", "Device configuration")
    assert recorded(contoso) == ["Kiosks"]


def test_an_object_that_becomes_unusable_is_not_gone(sync, contoso):
    sync(listed(GOOD, one()))
    run = sync(listed(GOOD, one(roleScopeTagIds=DEEP)))
    assert run.summary_counts["missing"] == 0
    kiosk = Policy.everywhere.get(name="Kiosk")
    assert kiosk.presence == "present"
    assert run.failure_summary[0]["subject"] == f"policy:{kiosk.pk}"


FIELD = Path(os.environ.get("TENANTPILOT_SHARED", "../shared")) / "field"
FROM_FIELD = {
    "01_lone_surrogate_in_name.json": ["Kiosk \ufffd lobby", "Kiosks", "Policy 1"],
    "02_nul_in_description.json": ["Kiosk", "Kiosks", "Policy 1"],
    "03_number_out_of_range.json": ["Kiosks"],
    "04_nan.json": ["Kiosks"],
    "05_id_of_300_characters.json": ["Kiosks", "Policy 1"],
}


@pytest.mark.skipif(not FIELD.is_dir(), reason="the inputs from the field are not at hand (TENANTPILOT_SHARED)")
@pytest.mark.parametrize("name", FROM_FIELD)
def test_an_answer_from_the_field_costs_at_most_its_own_type(sync, contoso, name):
    run = sync((FIELD / name).read_bytes())
    assert run.outcome in ("succeeded", "partially_succeeded")
    assert all(entry["item"].startswith("Device configuration") for entry in run.failure_summary)
    assert recorded(contoso) == FROM_FIELD[name]


TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(["\ud800", "\x00", "x" * 600, "2026-01-01T00:00:00Z"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
NAMES = st.sampled_from(
    [
        "id",
        "displayName",
        "description",
        "lastModifiedDateTime",
        "roleScopeTagIds",
        "version",
        "@odata.type",
        "platforms",
        "platform",
        "createdDateTime",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=5), max_size=3))
def test_any_objects_cost_at_most_their_own_type(sync, contoso, items):
    run = sync(json.dumps({"value": items}).encode())
    assert run.outcome in ("succeeded", "partially_succeeded")
    assert run.reason_code != "internal_error"
    assert "Kiosks" in recorded(contoso)


def recorded(tenant: Any) -> list[str]:
    return sorted(Policy.everywhere.of_tenant(tenant).values_list("name", flat=True))
