"""Imports: folders and archives of any tool become a revision of a library; what is hostile or no policy is told."""

import io
import json
import stat
import struct
import zipfile
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction

from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import stream
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.library.archives import Archive, ArchiveRefused, ArchiveUnsafe, TooLarge
from tenantpilot.versions.library.handlers import _Import, import_policies
from tenantpilot.versions.library.models import Library, LibraryPolicy, LibraryRevision
from tenantpilot.versions.library.operations import POLICY_IMPORT, ImportInputs
from tenantpilot.versions.library.services import Upload, library_of, start_import
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.payloads import content_of
from tests.artifacts.ends import SIGNATURE, archive_of, with_end, with_long_end
from tests.operations.kit import Engine
from tests.versions.kit import new_policy, take

pytestmark = pytest.mark.same_on_both

SECRET = "canary~Secret-7f3a"
CATALOG = {"name": "Baseline", "platforms": "windows10", "technologies": "mdm", "settings": {"id": "0"}}
KINDS = ("deviceConfiguration", "settingsCatalog", "termsAndConditions", "complianceScript", "roleDefinition")
WIFI = {
    "@odata.type": "#microsoft.graph.iosWiFiConfiguration",
    "id": "w1",
    "displayName": "WiFi",
    "preSharedKey": SECRET,
}


def packed(files):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return sink.getvalue()


@pytest.fixture
def library(northwind, now):
    return library_of(northwind, "Baselines", actor=None, now=now)


@pytest.fixture
def bring(library, olivia, now):
    def ask_and_work(data, name="baseline.zip"):
        started = start_import(library, Upload(name, [data]), initiator=olivia, now=now)
        Runner(clock=lambda: now).execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


def current(library):
    return LibraryPolicy.everywhere.filter(revision=library.current()).order_by("name")


def test_an_archive_becomes_the_next_revision_of_a_library(bring, library, olivia):
    run = bring(packed({"Settings Catalog/a.json": CATALOG, "readme.json": {"hello": 1}, "x.txt": b"no"}))
    assert (run.outcome, run.tenant) == ("succeeded", None)
    assert run.summary_counts == {
        "total": 2, "processed": 2, "succeeded": 1, "skipped": 1, "created": 1, "policies": 1,
    }  # fmt: skip
    assert [(row.type, row.name) for row in current(library)] == [("settingsCatalog", "Baseline")]
    again = bring(packed({"a.json": CATALOG, "b.json": WIFI}))
    assert (again.summary_counts["unchanged"], again.summary_counts["created"]) == (1, 1)
    assert [row.name for row in current(library)] == ["Baseline", "WiFi"]
    assert LibraryRevision.everywhere.count() == 2
    assert Notification.everywhere.filter(recipient=olivia).count() == 2
    assert not PolicyVersion.everywhere.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_files_in_any_encoding_with_lists_of_one_are_read(bring, library, encoding):
    bring(packed({"a.json": json.dumps(CATALOG | {"name": "Größe"}).encode(encoding)}))
    policy = current(library).get()
    assert policy.name == "Größe"
    assert content_of(policy.payload)["settings"] == [{"id": "0"}]


def test_no_secret_of_a_file_is_kept(bring, library):
    run = bring(packed({"w.json": WIFI}))
    policy = current(library).get()
    assert policy.secrets_masked == 1
    assert content_of(policy.payload)["preSharedKey"] == "****"
    assert run.summary_counts["warnings"] == 1
    assert all(SECRET not in json.dumps(content_of(row)) for row in Payload.everywhere.all())


def test_twins_in_one_archive_are_both_kept(bring, library):
    bring(packed({"a.json": CATALOG, "b.json": CATALOG | {"description": "other"}}))
    assert [row.name for row in current(library)] == ["Baseline", "Baseline"]


def test_without_a_policy_the_library_stays_as_it_was(bring, library):
    bring(packed({"a.json": CATALOG}))
    run = bring(packed({"b.json": [1, 2], "c.json": b"{", "d.json": {"displayName": 1}}))
    assert (run.outcome, run.reason_code) == ("failed", "no_policies")
    assert not Artifact.everywhere.exclude(state="gone").exists()
    assert library.current().number == 1
    assert bring(packed({"a.json": CATALOG})).outcome == "succeeded"
    assert LibraryRevision.everywhere.filter(state="building").count() == 0


def raw(text):
    """A profile whose one property is the given text."""
    return f'{{"@odata.type": "#microsoft.graph.iosWiFiConfiguration", "displayName": "Odd", "x": {text}}}'.encode()


REFUSED = [
    *[(text, "no_number") for text in ("NaN", "Infinity", "-Infinity", "1e400", "[-1e400]", "9" * 5000)],
    *[("[" * levels + "]" * levels, "nested_too_deep") for levels in (65, 300, 900, 5_000, 200_000)],
    ('{"a":' * 900 + "1" + "}" * 900, "nested_too_deep"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=lambda value: value[:12])
def test_what_is_no_json_costs_its_file_with_its_own_reason(bring, library, text, reason):
    """Python reads such files, and nothing after it does."""
    run = bring(packed({"odd.json": raw(text), "wifi.json": WIFI}))
    assert (run.outcome, [row["code"] for row in run.failure_summary]) == ("partially_succeeded", [reason])
    assert [policy.name for policy in current(library)] == ["WiFi"]


def test_a_file_as_deep_as_policies_may_be_is_imported(bring, library):
    levels = 63
    run = bring(packed({"deep.json": raw("[" * levels + "]" * levels)}))
    assert run.outcome == "succeeded"
    assert [policy.name for policy in current(library)] == ["Odd"]


@pytest.mark.parametrize("layout", list(LayoutKey))
def test_an_export_is_imported_whole(bring, library, contoso, alice, now, layout):
    for number, key in enumerate(KINDS):
        policy = new_policy(contoso, now, key=key, graph_id=f"p{number}")
        take(policy, {"id": f"p{number}", "displayName": f"N{number}", "name": f"N{number}"}, now)
    run = start_export(tenant=contoso, initiator=alice, selection=PolicyFilter(), layout=layout, now=now).run
    Runner(clock=lambda: now).execute(run.pk)
    bring(b"".join(stream(Artifact.everywhere.get(run=run))))
    assert {row.type for row in current(library)} == set(KINDS)
    assert {row.key for row in current(library)} == {f"p{number}" for number in range(len(KINDS))}


TEXTS = ("<enabled/>\n<data/>", "<enabled/>\r\n<data/>", "\ufeff<enabled/>", "no last line end")


@pytest.mark.parametrize("layout", list(LayoutKey))
def test_texts_of_oma_settings_are_imported_to_the_byte(bring, library, contoso, alice, now, layout):
    """Case 8 of the field: line ends, a byte order mark and a missing last line end survive the whole way."""
    settings = [{"omaUri": f"./{n}", "value": text, "isEncrypted": False} for n, text in enumerate(TEXTS)]
    policy = new_policy(contoso, now)
    take(policy, {"id": "p1", "displayName": "Custom", "omaSettings": settings}, now)
    run = start_export(tenant=contoso, initiator=alice, selection=PolicyFilter(), layout=layout, now=now).run
    Runner(clock=lambda: now).execute(run.pk)
    bring(b"".join(stream(Artifact.everywhere.get(run=run))))
    [imported] = current(library)
    assert imported.secrets_masked == 0
    assert tuple(row["value"] for row in content_of(imported.payload)["omaSettings"]) == TEXTS


# Hostile archives.


def with_entry(name="a.json", *, mode=0, flags=0, content=b"{}"):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.flag_bits = mode << 16, flags
        archive.writestr(entry, content)
    return sink.getvalue()


def encrypted():
    data = bytearray(with_entry())
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


def bomb(size):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.json", "w") as file:
        for _piece in range(size // 2**20):
            file.write(bytes(2**20))
    return sink.getvalue()


HOSTILE = {
    "climbs": (with_entry("../a.json"), "archive_unsafe"),
    "climbs backwards": (with_entry("x\\..\\..\\a.json"), "archive_unsafe"),
    "absolute": (with_entry("/etc/a.json"), "archive_unsafe"),
    "drive": (with_entry("C:\\a.json"), "archive_unsafe"),
    "link": (with_entry("a.json", mode=stat.S_IFLNK | 0o777, content=b"/etc/passwd"), "archive_unsafe"),
    "device": (with_entry("a.json", mode=stat.S_IFCHR | 0o600), "archive_unsafe"),
    "encrypted": (encrypted(), "archive_refused"),
    "no archive": (b"PK" + b"x" * 300, "archive_refused"),
    "empty": (b"", "archive_refused"),
    "cut off": (packed({"a.json": CATALOG})[:-30], "archive_refused"),
    "a million entries": (with_end(with_entry(), entries=65_535), "too_large"),
    "more entries than it states": (with_end(archive_of(20_001), entries=1), "too_large"),
    "a size that looks like an end": (with_end(with_entry(), size=SIGNATURE), "too_large"),
    "a million entries in a longer end": (with_long_end(with_entry(), entries=10**6), "too_large"),
    "a long list in a longer end": (with_long_end(with_entry(), size=101 * 2**20), "too_large"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_with_its_reason(bring, library, kind):
    data, reason = HOSTILE[kind]
    run = bring(data)
    assert (run.outcome, run.reason_code) == ("failed", reason)
    assert not LibraryRevision.everywhere.exists()
    assert not RunItem.objects.exists()


def test_a_bomb_costs_its_item_and_no_memory(bring, library):
    """A file of 40 MB in 40 kB: no more than 8 MB of it are unpacked, and the others are imported."""
    with zipfile.ZipFile(io.BytesIO(bomb(40 * 2**20))) as inner:
        assert inner.infolist()[0].file_size == 40 * 2**20
    sink = io.BytesIO(bomb(40 * 2**20))
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("b.json", json.dumps(CATALOG))
    run = bring(sink.getvalue())
    assert run.outcome == "partially_succeeded"
    assert RunItem.objects.get(state="failed").reason_code == "too_large"
    assert current(library).count() == 1


def test_a_bomb_of_many_gigabytes_is_refused_by_what_it_claims():
    data = bytearray(with_entry())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 3 * 2**30)
    with pytest.raises(TooLarge):
        Archive(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("junk", [b"", b"PK\x05\x06", b"\0" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_junk_is_refused_without_another_error(junk):
    with pytest.raises((ArchiveRefused, ArchiveUnsafe, TooLarge)):
        Archive(io.BytesIO(junk))


# Killed workers, other workspaces, the database's own rules.


class Killed(BaseException):
    """The worker is gone."""


@contextmanager
def dying_at(monkeypatch, number):
    real, calls = _Import.import_file, []

    def import_or_die(self, run, item):
        calls.append(item.key)
        if len(calls) == number:
            raise Killed
        return real(self, run, item)

    with monkeypatch.context() as patch:
        patch.setattr(_Import, "import_file", import_or_die)
        with pytest.raises(Killed):
            yield


def test_ops_07_a_successor_goes_on_behind_the_last_file(library, northwind, olivia, now, monkeypatch, contoso):
    data = packed({f"{index}.json": CATALOG | {"name": f"N{index}"} for index in range(5)})
    engine = Engine(None, kind=POLICY_IMPORT)
    start_import(library, Upload("a.zip", [data]), initiator=olivia, now=now)
    claimed = engine.claim(OperationRun.everywhere.get())
    with dying_at(monkeypatch, 3):
        import_policies(RunContext(claimed.run, POLICY_IMPORT, claimed.lease, engine.service, engine.clock))
    assert library.current() is None
    engine.lose_the_worker()
    Runner(engine.service, engine.clock).execute(claimed.run.pk)
    run = OperationRun.everywhere.get()
    assert (run.outcome, run.attempt, run.summary_counts["policies"]) == ("succeeded", 2, 5)
    assert [row.name for row in current(library)] == [f"N{index}" for index in range(5)]
    assert Notification.everywhere.count() == 1


def test_sec_03_an_archive_of_another_workspace_is_gone(bring, library, now):
    bring(packed({"a.json": CATALOG}))
    mine = Artifact.everywhere.get()
    inputs = ImportInputs(library.pk, mine.pk + 99, mine.sha256 + "x")
    engine = Engine(None, kind=POLICY_IMPORT)
    run = engine.service.start(
        POLICY_IMPORT, tenant=None, workspace=library.workspace, initiator=None, inputs=inputs, now=now
    ).run
    Runner(engine.service, engine.clock).execute(run.pk)
    run.refresh_from_db()
    assert run.reason_code == "archive_gone"


def test_the_database_keeps_a_library_as_it_was_imported(bring, library):
    bring(packed({"a.json": CATALOG}))
    policy, revision = LibraryPolicy.everywhere.get(), LibraryRevision.everywhere.get()
    for rows, change in (
        (LibraryPolicy.everywhere.all(), {"name": "Other"}),
        (LibraryRevision.everywhere.all(), {"state": "building", "ready_at": None}),
        (LibraryRevision.everywhere.all(), {"number": 7}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    policy.pk = None
    policy.key = "another"
    with pytest.raises(DatabaseError), transaction.atomic():
        policy.save(force_insert=True)
    assert Library.everywhere.get().current() == revision


def test_all_real_exports_are_imported(bring, library, shared):
    folder = shared / "graph" / "real-policies"
    files = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.json"))}
    run = bring(packed(files))
    missing = RunItem.objects.exclude(state="succeeded").values_list("label", "state", "reason_code")
    assert list(missing) == []
    assert run.summary_counts["policies"] >= len(files)
