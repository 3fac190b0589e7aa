"""A secret that Graph shows in plain goes the whole way, and is in the clear nowhere but in the tenant (SEC-06)."""

import io
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyrage
import pytest
from django.db import connection
from intunesim import Plan
from intunesim.graph import writing

from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import stream
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.services import Protection, start_export, start_import
from tenantpilot.backups.services import start_backup, start_verification
from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting.services import start_export as start_policy_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.models import PolicyVersion, VersionSecret
from tests.restores.conftest import entity_of

pytestmark = pytest.mark.left_to_postgresql

CANARY = "Canary~4c1d-Pre-shared-Key-77e0"
LATER = "Canary~4c1d-Another-Key-08b3"
MARK = "Canary~4c1d"
PATH = "deviceManagement/deviceConfigurations"
IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture
def plan() -> Plan:
    return Plan(policies=4, seed=7, kinds=("deviceConfiguration",))


@pytest.fixture
def entity(directory, graph, credential):
    found = entity_of(directory, PATH)
    share(directory, found, CANARY)
    return found


def share(directory, entity, secret) -> None:
    """Let the tenant hold this secret, as if somebody had changed it in the portal."""
    entity.body["preSharedKey"] = secret
    directory.store.put(PATH, entity)


@pytest.fixture
def written(monkeypatch):
    """Return the secrets that the tenant was sent. It keeps them to itself, as Graph does."""
    received, mask = [], writing.mask_written

    def note_and_mask(collection, entity):
        received.append(entity.body.get("preSharedKey"))
        mask(collection, entity)

    monkeypatch.setattr(writing, "mask_written", note_and_mask)
    return received


@pytest.fixture
def work(contoso, alice, now):
    def end(started, key=None):
        Runner().execute(started.run.pk)
        run = OperationRun.everywhere.get(pk=started.run.pk)
        assert run.outcome == "succeeded", (run.type, run.message, run.failure_summary)
        return run

    return end


def test_sec_06_a_secret_goes_the_whole_way_unseen(
    own_database, directory, entity, written, restoring, work, contoso, olivia, now, caplog, tmp_path, signed_in
):
    caplog.set_level(logging.DEBUG)
    facts = {"tenant": contoso, "initiator": olivia, "now": now}
    [first, second] = [backed_up(work, facts, directory, entity, secret) for secret in (CANARY, LATER)]
    assert VersionSecret.everywhere.count() == 2
    files = exported(work, first, facts)
    _restore, run = restoring.whole(PolicyVersion.everywhere.get(policy__graph_id=entity.id, number=1))
    assert (run.outcome, written) == ("succeeded", [CANARY])
    for backup_set in (first, second):
        work(start_verification(backup_set, initiator=olivia, now=now))
    pages = dict(crawl(signed_in(olivia)))
    assert len(pages) > 60
    assert [address for address, text in pages.items() if MARK in text] == []
    assert [name for name, content in files.items() if MARK.encode() in content] == []
    assert list(rows_with_mark()) == []
    assert MARK not in caplog.text
    assert [name for name, content in database_files(tmp_path, now) if is_marked(content)] == []


def backed_up(work, facts, directory, entity, secret) -> BackupSet:
    share(directory, entity, secret)
    run = work(start_backup(name=f"Set {secret[-4:]}", policy_types=("deviceConfiguration",), **facts))
    return BackupSet.everywhere.select_related("chain", "tenant").get(run=run)


def exported(work, backup_set, facts) -> dict[str, bytes]:
    """Return the files of every kind of archive; what is encrypted as it is, and decrypted where no secret is in it."""
    recipient = (str(IDENTITY.to_public()),)
    known = {"backup_set": backup_set, "initiator": facts["initiator"], "now": facts["now"]}
    plain = content_of(work(start_export(protection=Protection(recipient), **known)))
    secret = content_of(work(start_export(protection=Protection(recipient, with_secrets=True), **known)))
    assert any(CANARY.encode() in part for part in unpacked(pyrage.decrypt(secret, [IDENTITY])).values())
    work(start_import(name="set.zip.age", parts=[secret], key=str(IDENTITY), **facts))
    files = work(start_policy_export(selection=PolicyFilter(), layout=LayoutKey.INTUNEMANAGEMENT, **facts))
    policies = unpacked(content_of(files))
    return {**unpacked(pyrage.decrypt(plain, [IDENTITY])), **policies, "encrypted": secret}


def content_of(run) -> bytes:
    return b"".join(stream(Artifact.everywhere.get(run=run)))


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def crawl(browser) -> Iterator[tuple[str, str]]:
    """Follow every link from Contoso's pages, each address once for each set of parameters that it is given."""
    waiting, seen = ["/admin/t/contoso/", "/admin/"], set()
    while waiting:
        address = waiting.pop()
        answer = browser.get(address)
        text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.text
        yield address, text
        for link in re.findall(r'href="(/admin/[^"#]*)"', text):
            path, _question, query = link.replace("&amp;", "&").partition("?")
            kind = (path, tuple(sorted(part.partition("=")[0] for part in query.split("&"))))
            if kind not in seen and len(kind[1]) < 3 and "/sort" not in link:
                seen.add(kind)
                waiting.append(link.replace("&amp;", "&"))


def is_marked(value: object) -> bool:
    """Return True if the value holds the canary: as text, as bytes, as PostgreSQL writes bytes, or compressed."""
    if not isinstance(value, bytes | memoryview):
        return MARK in str(value)
    content = bytes(value)
    with suppress(zlib.error):
        content += zlib.decompress(content)
    return MARK.encode() in content or MARK.encode().hex().encode() in content


def rows_with_mark() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from (f"{table}.{name}" for name, value in zip(names, row, strict=True) if is_marked(value))


def database_files(folder: Path, now) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a backup of the installation, and the files of SQLite with its log of writes."""
    yield from unpacked(back_up(folder / "installation.zip", now=now).path.read_bytes()).items()
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        yield from ((part.name, part.read_bytes()) for part in file.parent.glob(f"{file.name}*"))
