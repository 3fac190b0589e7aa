"""Libraries: an archive is uploaded, imported and read by people with a role in the workspace."""

import io
import json
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.retention.purging import Window, purge
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import WorkspaceMember
from tenantpilot.versions.library.services import bring as bring_policies
from tenantpilot.versions.models import Library, LibraryPolicy
from tenantpilot.web.library import importing
from tests.web.html import read
from tests.web.kit import at_most_queries

IMPORT, LIBRARIES = "/admin/library/imports/", "/admin/library/"
CATALOG = {"name": "Base<b>line", "platforms": "windows10", "technologies": "mdm", "settings": []}
WIFI = {"@odata.type": "#microsoft.graph.iosWiFiConfiguration", "displayName": "WiFi", "preSharedKey": "canary~1"}


def archive(**files):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for name, content in files.items():
            packed.writestr(f"{name}.json", json.dumps(content))
    return SimpleUploadedFile("baseline.zip", sink.getvalue())


@pytest.fixture
def bring(signed_in, olivia):
    def upload(file, name="Baselines"):
        answer = signed_in(olivia).post(IMPORT, {"name": name, "archive": file})
        run = OperationRun.everywhere.newest_first().first()
        if run is not None and run.is_active:
            Runner().execute(run.pk)
        return answer

    return upload


def test_an_archive_is_imported_and_read(bring, signed_in, olivia):
    answer = bring(archive(a=CATALOG, b=WIFI, c={"no": "policy"}))
    library = Library.everywhere.get()
    run = OperationRun.everywhere.get()
    assert (answer.status_code, answer.url) == (302, reverse("workspace-operation-run", args=[run.pk]))
    browser = signed_in(olivia)
    assert "Baselines" in read(browser.get(LIBRARIES)).one("main").words
    page = read(browser.get(reverse("library", args=[library.pk]))).one("main").words
    assert "Base<b>line" in page
    assert "baseline.zip" in page
    wifi = browser.get(reverse("library-policy", args=[LibraryPolicy.everywhere.get(name="WiFi").pk]))
    assert "canary" not in wifi.text
    assert "The file held secrets" in read(wifi).one("main").words
    run = browser.get(f"/admin/operations/{OperationRun.everywhere.get().pk}/")
    assert "c.json" in read(run).one("main").words


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.zip", b"PK no archive"), "It is no ZIP archive that can be read"),
        (SimpleUploadedFile("a.zip", b""), "The file is empty"),
        (None, "required"),
    ],
)
def test_ux_35_what_is_no_archive_is_refused_in_the_form(bring, file, words):
    answer = bring(file or "", name="Typed")
    assert (answer.status_code, words in read(answer).one("main").words) == (422, True)
    assert 'value="Typed"' in answer.text
    assert not OperationRun.everywhere.exists()
    assert not Artifact.everywhere.exists()
    assert not Library.everywhere.exists()


def test_an_archive_may_be_larger_than_a_form_and_not_without_end(bring, settings):
    settings.REQUEST_MAX_BYTES, settings.UPLOAD_MAX_BYTES = 1_000, 20_000
    assert bring(archive(a=CATALOG, b={**WIFI, "description": "x" * 5_000})).status_code == 302
    answer = bring(archive(a={**CATALOG, "description": "x" * 50_000}))
    assert answer.status_code == 413
    assert "A larger archive is imported at a shell" in answer.text


def test_sec_nobody_else_and_nothing_else_is_sent_a_long_body(client, signed_in, olivia, settings):
    """Who is not signed in fills no disk, and no other address takes what an import takes."""
    settings.REQUEST_MAX_BYTES, settings.UPLOAD_MAX_BYTES = 1_000, 20_000
    long = {"name": "x" * 5_000}
    assert client.post(IMPORT, long).status_code == 413
    assert signed_in(olivia).post(LIBRARIES, long).status_code == 413
    assert signed_in(olivia).post(IMPORT, long).status_code == 422


class Body(io.RawIOBase):
    """A form with one file of so many megabytes, made while it is read."""

    BEGIN = b'--b\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n'
    END = b"\r\n--b--\r\n"

    def __init__(self, megabytes):
        self._left, self.length = self.parts(megabytes), len(self.BEGIN) + megabytes * 2**20 + len(self.END)
        self._held = b""

    def parts(self, megabytes):
        yield self.BEGIN
        yield from (b"z" * 2**16 for _ in range(megabytes * 16))
        yield self.END

    def read(self, size=-1):
        while len(self._held) < size and (part := next(self._left, b"")):
            self._held += part
        given, self._held = self._held[:size], self._held[size:]
        return given


def test_a_large_upload_is_kept_on_disk_and_costs_no_memory(northwind):
    """From the request into the store of artifacts, 24 MB pass through less than 6."""
    body = Body(24)
    environ = {"wsgi.input": body, "REQUEST_METHOD": "POST", "PATH_INFO": IMPORT, "CONTENT_LENGTH": str(body.length)}
    request = WSGIRequest({**environ, "CONTENT_TYPE": "multipart/form-data; boundary=b"})
    tracemalloc.start()
    try:
        file = request.FILES["archive"]
        new = NewArtifact(northwind.pk, None, Purpose.LIBRARY_UPLOAD, "a.zip")
        kept = keep_file(new, file.chunks(), now=timezone.now())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept.bytes == 24 * 2**20
    assert peak < 6 * 2**20


def test_an_import_of_the_same_name_replaces_the_content(bring, signed_in, olivia):
    bring(archive(a=CATALOG))
    bring(archive(b=WIFI))
    page = read(signed_in(olivia).get(reverse("library", args=[Library.everywhere.get().pk]))).one("main").words
    assert "Revision 2" in page
    assert "WiFi" in page
    assert "Base<b>line" not in page


def test_sec_04_who_may_read_may_not_import(bring, signed_in, bob, northwind):
    bring(archive(a=CATALOG))
    library = reverse("library", args=[Library.everywhere.get().pk])
    assert signed_in(bob).get(library).status_code == 403
    WorkspaceMember.everywhere.create(workspace=northwind, user=bob, role="operator")
    browser = signed_in(bob)
    assert browser.get(library).status_code == 200
    assert browser.get(IMPORT).status_code == 403
    assert IMPORT not in browser.get(LIBRARIES).text


def test_ux_21_the_pages_cost_few_queries(bring, signed_in, olivia):
    bring(archive(a=CATALOG, b=WIFI))
    browser = signed_in(olivia)
    for address in (LIBRARIES, reverse("library", args=[Library.everywhere.get().pk])):
        browser.get(address)
        with at_most_queries(12):
            assert browser.get(address).status_code == 200


def test_ux_40_an_empty_library_says_how_to_fill_it(signed_in, olivia):
    page = read(signed_in(olivia).get(LIBRARIES))
    assert "No libraries yet" in page.one("main").words
    assert IMPORT in signed_in(olivia).get(LIBRARIES).text


def test_ux_34_a_library_is_removed_by_its_name(bring, signed_in, olivia):
    bring(archive(a=CATALOG, b=WIFI))
    library, browser = Library.everywhere.get(), signed_in(olivia)
    address = reverse("delete-library", args=[library.pk])
    assert address in browser.get(reverse("library", args=[library.pk])).text
    page = read(browser.get(address)).one("main").words
    assert "1 revision goes with it, and 2 policies in all." in page
    wrong = browser.post(address, {"name": "Baseline"})
    assert (wrong.status_code, "This is not its name." in wrong.text) == (422, True)
    answer = browser.post(address, {"name": "Baselines"})
    assert (answer.status_code, answer.url) == (302, LIBRARIES)
    assert not Library.everywhere.exists()
    assert browser.get(address).status_code == 404


def test_ux_35_a_library_that_is_imported_into_is_not_removed(bring, signed_in, olivia, monkeypatch):
    bring(archive(a=CATALOG))
    monkeypatch.setattr(Runner, "execute", lambda *_arguments: None)
    bring(archive(b=WIFI))
    library = Library.everywhere.get()
    answer = signed_in(olivia).post(reverse("delete-library", args=[library.pk]), {"name": "Baselines"})
    assert (answer.status_code, "An import into it is under way" in answer.text) == (409, True)
    assert Library.everywhere.exists()


@pytest.mark.parametrize(("role", "status"), [("readonly", 403), ("operator", 403), ("manager", 200)])
def test_sec_04_who_may_import_may_remove(bring, signed_in, bob, northwind, role, status):
    bring(archive(a=CATALOG))
    library = Library.everywhere.get()
    address = reverse("delete-library", args=[library.pk])
    WorkspaceMember.everywhere.create(workspace=northwind, user=bob, role=role)
    browser = signed_in(bob)
    assert browser.get(address).status_code == status
    assert (address in browser.get(reverse("library", args=[library.pk])).text) is (status == 200)
    browser.post(address, {"name": "Baselines"})
    assert Library.everywhere.exists() is (status == 403)


def test_where_an_import_leads_depends_not_on_the_speed_of_a_worker(signed_in, olivia, northwind, monkeypatch):
    """A worker may have done all of it before the browser is answered."""
    monkeypatch.setattr(importing, "bring", at_once)
    sent = {"name": "Baselines", "archive": archive(a=CATALOG)}
    first = signed_in(olivia).post(IMPORT, sent)
    assert first.url == reverse("workspace-operation-run", args=[OperationRun.everywhere.get().pk])
    second = signed_in(olivia).post(IMPORT, sent | {"archive": archive(a=CATALOG, b=WIFI)})
    assert second.url == reverse("library", args=[Library.everywhere.get().pk])


def at_once(*arguments, **keywords):
    library, started = bring_policies(*arguments, **keywords)
    Runner().execute(started.run.pk)
    return library, started


def test_a_library_says_what_came_of_the_newest_import(bring, signed_in, olivia):
    bring(archive(a=CATALOG))
    library, browser = Library.everywhere.get(), signed_in(olivia)

    def lead():
        return read(browser.get(reverse("library", args=[library.pk]))).one("header", id="head").words

    assert "newest import" not in lead()
    bring(archive(a={"no": "policy"}))
    assert "The newest import brought nothing: No policy was found" in lead()
    with at_most_queries(30):
        browser.get(reverse("library", args=[library.pk]))
    browser.post(IMPORT, {"name": library.name, "archive": archive(a=CATALOG, b=WIFI)})
    assert "An import is under way" in lead()
    Runner().execute(OperationRun.everywhere.newest_first().first().pk)
    assert "import" not in lead().replace("imported", "").replace("Import again", "")


def test_an_old_failure_says_nothing_of_what_was_imported_since(bring, signed_in, olivia):
    """The run of the newest revision may be removed before an older one that failed: failures are kept longer."""
    for content in (CATALOG, {"no": "policy"}, CATALOG):
        bring(archive(a=content))
    with transaction.atomic():
        assert purge(Window(0, (OperationRun.everywhere.newest_first().first().pk,))) == 1
    address = reverse("library", args=[Library.everywhere.get().pk])
    assert "brought nothing" not in signed_in(olivia).get(address).text


def test_a_first_import_that_fails_leads_to_its_run_and_leaves_no_library(bring, signed_in, olivia):
    answer = bring(archive(a={"no": "policy"}))
    assert answer.url == reverse("workspace-operation-run", args=[OperationRun.everywhere.get().pk])
    assert "No policy was found" in signed_in(olivia).get(answer.url).text
    assert not Library.everywhere.exists()
