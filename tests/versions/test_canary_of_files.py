"""A secret that a policy or an uploaded file holds is nowhere in the clear: not in files, database or log (SEC-06)."""

import io
import json
import logging
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.artifacts.reading import ArtifactFile
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.library.services import Upload, library_of, start_import
from tests.versions.kit import new_policy, take

CANARY = "Canary~7f3a-Secret-91c2"


@pytest.mark.same_on_both
def test_sec_06_no_secret_is_left_in_the_clear(own_database, contoso, alice, olivia, northwind, now, caplog):
    caplog.set_level(logging.DEBUG)
    take(new_policy(contoso, now), {"id": "p1", "passwordRequired": True, "preSharedKey": CANARY}, now)
    start_export(tenant=contoso, initiator=alice, selection=PolicyFilter(), layout=LayoutKey.INTUNEMANAGEMENT, now=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        wifi = {"@odata.type": "#microsoft.graph.iosWiFiConfiguration", "displayName": "W", "preSharedKey": CANARY}
        archive.writestr("wifi.json", json.dumps(wifi | {"description": CANARY[:3] * 50}))
    library = library_of(northwind, "Baselines", actor=olivia, now=now)
    start_import(library, Upload("a.zip", [packed.getvalue()]), initiator=olivia, now=now)
    for run in OperationRun.everywhere.order_by("pk"):
        Runner(clock=lambda: now).execute(run.pk)
    assert set(OperationRun.everywhere.values_list("outcome", flat=True)) == {"succeeded"}
    export = Artifact.everywhere.get(purpose="policy_export")
    with zipfile.ZipFile(io.BufferedReader(ArtifactFile(export))) as archive:
        assert all(CANARY.encode() not in archive.read(name) for name in archive.namelist())
    assert not ArtifactChunk.objects.exclude(artifact=export).exists()
    assert CANARY not in caplog.text
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        parts = [part for part in (file, file.with_name(f"{file.name}-wal")) if part.exists()]
        assert parts
        assert all(CANARY.encode() not in part.read_bytes() for part in parts)
