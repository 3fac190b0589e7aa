"""Exports: whole, the same bytes each time, no secret in plain, one file whatever dies."""

import base64
import io
import json
import random
import zipfile
from hashlib import sha256
from unittest.mock import patch

import pytest

from tenantpilot.artifacts.building import ArtifactWriter
from tenantpilot.artifacts.models import CHUNK_BYTES, Artifact, ArtifactChunk
from tenantpilot.artifacts.reading import ArtifactFile, stream
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.run_context import LeaseLost, RunCancelled, RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting import listing as exporting
from tenantpilot.versions.exporting.handlers import export_policies
from tenantpilot.versions.exporting.operations import BULK_POLICY_EXPORT, ExportInputs
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.payloads import PayloadDamaged
from tests.operations.kit import Engine
from tests.versions.kit import new_policy, take

pytestmark = pytest.mark.same_on_both

SECRET = "canary~Secret-7f3a"


@pytest.fixture
def three(contoso, now):
    """A policy with a secret, one with a name that no file may have, and one without a version."""
    secret, odd, bare = (new_policy(contoso, now, graph_id=f"p{n}") for n in "123")
    Policy.everywhere.filter(pk=odd.pk).update(name="CON/a.")
    take(secret, {"id": "p1", "passwordRequired": True, "preSharedKey": SECRET}, now)
    take(odd, {"id": "p2", "displayName": "CON/a.", "passwordRequired": False}, now)
    return secret, odd, bare


@pytest.fixture
def export(contoso, alice, now):
    def ask_and_work(selection=None, layout=LayoutKey.INTUNECD, work=True, at=None):
        started = start_export(
            tenant=contoso, initiator=alice, selection=selection or PolicyFilter(), layout=layout, now=at or now
        )
        if work:
            Runner(clock=lambda: at or now).execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


def opened(run):
    return zipfile.ZipFile(io.BufferedReader(ArtifactFile(Artifact.everywhere.get(run=run))))


def test_an_export_holds_every_policy_that_has_a_version(three, export, alice):
    run = export()
    assert (run.outcome, run.summary_counts) == (
        "succeeded",
        {"total": 3, "processed": 3, "succeeded": 2, "skipped": 1, "items": 2, "policies": 2, "warnings": 1},
    )
    artifact = Artifact.everywhere.get()
    assert (artifact.owner, artifact.state, artifact.run) == (alice, "ready", run)
    with opened(run) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert [row["name"] for row in manifest["policies"]] == ["Policy p1", "CON/a."]
        assert manifest["left_out"] == [{"name": "Policy p3", "state": "skipped", "reason": "version_missing"}]
        assert {file["path"]: file["sha256"] for file in manifest["files"]} == {
            name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()[1:-1]
        }
    assert Notification.everywhere.get().recipient == alice


def test_the_same_policies_make_the_same_bytes(three, export, now):
    first, second = export(), export()
    assert first != second
    one, two = (b"".join(stream(Artifact.everywhere.get(run=run))) for run in (first, second))
    assert one == two


@pytest.mark.parametrize("layout", list(LayoutKey))
def test_no_secret_stands_in_the_archive(three, export, layout):
    run = export(layout=layout)
    with opened(run) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert SECRET.encode() not in everything
        assert b"****" in everything
        assert [row["secrets_masked"] for row in json.loads(archive.read("manifest.json"))["policies"]] == [1, 0]


def test_nothing_to_export_makes_no_file(contoso, export, now):
    new_policy(contoso, now)
    run = export()
    assert run.summary_counts["skipped"] == 1
    assert not Artifact.everywhere.exists()


class Killed(BaseException):
    """The worker is gone, and says nothing to anybody."""


@pytest.fixture
def engine(contoso):
    return Engine(contoso, kind=BULK_POLICY_EXPORT)


@pytest.fixture
def doomed(engine, alice):
    """Return a context as a worker has it, which can be left without an ending."""
    claimed = engine.claim(engine.start(alice, policies=PolicyFilter(), person=alice.pk))
    return RunContext(claimed.run, BULK_POLICY_EXPORT, claimed.lease, engine.service, engine.clock)


def succeeded_by_another(engine, context):
    """Return the run after its worker was lost and another one took it up."""
    engine.lose_the_worker()
    Runner(engine.service, engine.clock).execute(context.run_id)
    return OperationRun.everywhere.get(pk=context.run_id)


@pytest.mark.parametrize("dies_at", [1, 2])
def test_ops_07_a_successor_makes_the_one_file(three, doomed, engine, now, dies_at):
    """A worker dies while it writes. Its successor begins the file anew; one that only seemed dead can not go on."""
    take(three[2], {"id": "p3", "notes": random.Random(2).randbytes(700_000).hex()}, now)
    stored, store = [], ArtifactWriter._store

    def store_or_die(writer, chunk):
        stored.append(len(chunk))
        if len(stored) == dies_at:
            raise Killed
        store(writer, chunk)

    with patch.object(ArtifactWriter, "_store", store_or_die), pytest.raises(Killed):
        export_policies(doomed)
    assert Artifact.everywhere.get().state == "building"
    run = succeeded_by_another(engine, doomed)
    assert (run.outcome, run.attempt, run.summary_counts["succeeded"]) == ("succeeded", 2, 3)
    artifact = Artifact.everywhere.exclude(state="gone").get()
    assert artifact.bytes > CHUNK_BYTES
    assert len(b"".join(stream(artifact))) == artifact.bytes
    assert not ArtifactChunk.objects.exclude(artifact=artifact).exists()
    with pytest.raises(LeaseLost):
        doomed.checkpoint(ItemsCheckpoint(3))
    assert Notification.everywhere.count() == 1


def test_ops_07_a_worker_that_dies_behind_the_file_costs_nothing(three, doomed, engine):
    export_policies(doomed)
    made = Artifact.everywhere.get()
    run = succeeded_by_another(engine, doomed)
    assert Artifact.everywhere.get() == made
    assert (run.outcome, run.summary_counts["policies"]) == ("succeeded", 2)


def test_a_cancelled_export_leaves_no_part_of_a_file(three, doomed):
    store = ArtifactWriter._store

    def cancelled(writer, chunk):
        store(writer, chunk)
        doomed.stop(RunCancelled)
        doomed.safe_point()

    with patch.object(ArtifactWriter, "_store", cancelled), pytest.raises(RunCancelled):
        export_policies(doomed)
    assert Artifact.everywhere.get().state == "gone"
    assert not ArtifactChunk.objects.exists()


SCRIPTS = (b"<enabled/>\n<data/>", b"one\r\ntwo", b"\xef\xbb\xbfWrite-Output 1\r\n", b"no last end", b"")


def test_case_8_the_bytes_of_scripts_are_not_touched(contoso, export, now):
    """Case 8 of the field: line ends, a BOM and a missing last line end survive, in the file and in its JSON."""
    for number, script in enumerate(SCRIPTS):
        policy = new_policy(contoso, now, key="powershellScript", graph_id=f"s{number}")
        content = base64.b64encode(script).decode()
        take(policy, {"id": f"s{number}", "displayName": f"S{number}", "scriptContent": content}, now)
    run = export()
    with opened(run) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    written = {name: content for name, content in files.items() if "/Script Data/" in name}
    assert sorted(written.values()) == sorted(script for script in SCRIPTS if script)
    for number, script in enumerate(SCRIPTS):
        own = json.loads(files[f"Scripts/Powershell/Policy s{number}__s{number}.json"])
        assert base64.b64decode(own["scriptContent"]) == script


def damage(*policies):
    """Bytes that are not those that were stored, past everything that the database refuses."""
    real = exporting.content_of
    damaged = {policy.pk for policy in policies}

    def content_or_error(payload):
        if payload.versions.filter(policy__in=damaged).exists():
            raise PayloadDamaged(payload.sha256)
        return real(payload)

    return patch.object(exporting, "content_of", content_or_error)


def test_ops_13_a_damaged_version_costs_its_item_alone(three, export, alice):
    with damage(three[0]):
        run = export()
    assert (run.outcome, run.summary_counts["failed"], run.summary_counts["policies"]) == ("partially_succeeded", 1, 1)
    assert run.reason_code == "version_unreadable"
    with opened(run) as archive:
        left_out = json.loads(archive.read("manifest.json"))["left_out"]
    assert [(row["name"], row["reason"]) for row in left_out] == [
        ("Policy p1", "version_unreadable"),
        ("Policy p3", "version_missing"),
    ]
    assert Notification.everywhere.filter(recipient=alice).count() == 1


def test_ops_13_where_most_are_damaged_it_stops_and_makes_no_file(export, contoso, alice, now):
    policies = [new_policy(contoso, now, graph_id=f"x{number:02}") for number in range(40)]
    for policy in policies:
        take(policy, {"id": policy.graph_id, "passwordMinimumLength": policy.pk}, now)
    with damage(*policies[:25]):
        run = export()
    assert (run.outcome, run.summary_counts["processed"]) == ("failed", 20)
    assert not Artifact.everywhere.exists()
    assert Notification.everywhere.filter(recipient=alice).count() == 1


def test_ops_22_an_export_that_the_system_starts_notifies_nobody_and_has_no_owner(three, contoso, now):
    inputs = ExportInputs(PolicyFilter())
    started = OperationRunService().start(BULK_POLICY_EXPORT, tenant=contoso, initiator=None, inputs=inputs, now=now)
    Runner(clock=lambda: now).execute(started.run.pk)
    assert Artifact.everywhere.get().owner is None
    assert not Notification.everywhere.exists()
