"""All matching of 2,000 policies: chosen, exported, watched, downloaded and verified over HTTP, as a browser sends it.

The browser does the same with the policies of the demo (`browser/test_exporting.py`).
"""

import hashlib
import io
import json
import zipfile
import zlib

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.payloads import encoded
from tests.web.html import read

INVENTORY, FILES = "/admin/t/contoso/inventory/", "/admin/exports/"
MANY, OTHERS = 2_000, 5


@pytest.fixture
def policies(contoso, now):
    """2,000 policies of Windows with a version each, and five of macOS."""
    place = {"workspace_id": contoso.workspace_id, "tenant": contoso}
    rows = [
        Policy(
            **place,
            type="deviceConfiguration",
            platform="windows" if number < MANY else "macos",
            graph_id=f"p{number:04}",
            name=f"Policy {number:04}",
            content_hash="",
            first_seen_at=now,
            last_seen_at=now,
            changed_at=now,
        )
        for number in range(MANY + OTHERS)
    ]
    Policy.everywhere.bulk_create(rows, batch_size=500)
    kept = list(Policy.everywhere.of_tenant(contoso).order_by("pk"))
    payloads = Payload.everywhere.bulk_create([payload_of(policy) for policy in kept], batch_size=500)
    PolicyVersion.everywhere.bulk_create(
        [
            PolicyVersion(
                **place,
                policy=policy,
                number=1,
                payload=payload,
                form_hash=payload.sha256,
                change="first",
                read_at=now,
                source="capture",
                restorable="yes",
            )
            for policy, payload in zip(kept, payloads, strict=True)
        ],
        batch_size=500,
    )


def payload_of(policy):
    content = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "id": policy.graph_id}
    raw = encoded({**content, "displayName": policy.name, "passwordMinimumLength": policy.pk})
    facts = {"sha256": hashlib.sha256(raw).hexdigest(), "raw_bytes": len(raw), "data": zlib.compress(raw, 1)}
    return Payload(workspace_id=policy.workspace_id, codec="zlib", **facts)


def test_all_matching_of_2000_are_exported_and_the_manifest_agrees(signed_in, alice, contoso, policies):
    browser = signed_in(alice)
    page = read(browser.get(f"{INVENTORY}?platform=windows"))
    assert page.one("span", id="list-count").words == "2,000 policies"
    asked = read(browser.get(f"{INVENTORY}exports/?matching=1&platform=windows"))
    assert asked.one("h1").words == "Export 2000 policies of Contoso?"
    fields = {one["name"]: one["value"] for one in asked.one("main").every("input") if one["name"] != "layout"}
    assert fields["matching"] == "1"
    answer = browser.post(f"{INVENTORY}exports/", {**fields, "layout": "intunecd"})
    assert answer.headers["Location"] == FILES
    run = OperationRun.everywhere.get(type="bulk_policy_export")
    Runner(clock=timezone.now).execute(run.pk)
    watched = read(browser.get(reverse("operation-run", args=["contoso", run.pk]))).one("main").words
    assert "Succeeded" in watched
    assert "2,000" in watched
    [link] = [one["href"] for one in read(browser.get(FILES)).one("tbody").every("a") if "download" in one]
    with zipfile.ZipFile(io.BytesIO(b"".join(browser.get(link).streaming_content))) as archive:
        verify(archive)


def verify(archive):
    """Every file is the one that the manifest names, nothing else is in it, and each policy of Windows has one."""
    names = archive.namelist()
    manifest = json.loads(archive.read("manifest.json"))
    assert (names[0], names[-1]) == ("manifest.json", "SHA256SUMS")
    sums = {row["path"]: row["sha256"] for row in manifest["files"]}
    assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names[1:-1]}
    assert [row["name"] for row in manifest["policies"]] == [f"Policy {number:04}" for number in range(MANY)]
    assert manifest["left_out"] == []
