"""A library goes when people say so, and when its first import leaves it empty; nothing else takes it away."""

from datetime import timedelta

import pytest

from tenantpilot.artifacts.models import Artifact
from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.library.models import Library, LibraryPolicy, LibraryRevision
from tenantpilot.versions.library.removing import Content, LibraryInUse, discard_abandoned, remove_library
from tenantpilot.versions.library.services import Upload, bring, library_of
from tests.versions.test_library import CATALOG, WIFI, packed, raw


@pytest.fixture
def start(northwind, olivia, now):
    """Ask for an import into "Baselines"; its run waits."""

    def ask(data):
        return bring(northwind, "Baselines", Upload("a.zip", [data]), initiator=olivia, now=now)[1].run

    return ask


@pytest.fixture
def work(start, now):
    """The same, and a worker does it."""

    def ask_and_work(data):
        run = start(data)
        Runner(clock=lambda: now).execute(run.pk)
        return OperationRun.everywhere.get(pk=run.pk)

    return ask_and_work


LEFT_EMPTY = {
    "no archive": b"PK no archive",
    "no policy in it": packed({"a.json": {"no": "policy"}}),
    "a file that is no JSON": packed({"a.json": raw("NaN")}),
    "a file without a bottom": packed({"a.json": raw("[" * 900 + "]" * 900)}),
}


@pytest.mark.parametrize("data", LEFT_EMPTY.values(), ids=LEFT_EMPTY)
def test_a_failed_first_import_leaves_nothing(work, data):
    assert work(data).outcome == "failed"
    assert not Library.everywhere.exists()
    assert not LibraryRevision.everywhere.exists()
    assert not Artifact.everywhere.exclude(state="gone").exists()
    actions = AuditLog.objects.filter(target_type="library").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["library.created", "library.removed"]


@pytest.mark.parametrize("data", LEFT_EMPTY.values(), ids=LEFT_EMPTY)
def test_a_failed_later_import_leaves_the_library_as_it_was(work, data):
    work(packed({"a.json": CATALOG}))
    assert work(data).outcome == "failed"
    assert [policy.name for policy in LibraryPolicy.everywhere.filter(revision=Library.everywhere.get().current())] == [
        "Baseline"
    ]
    assert LibraryRevision.everywhere.count() == 1


def test_one_of_two_first_imports_that_fails_leaves_the_library_to_the_other(start, now):
    bad, good = start(b"PK no archive"), start(packed({"a.json": CATALOG}))
    Runner(clock=lambda: now).execute(bad.pk)
    assert Library.everywhere.exists()
    Runner(clock=lambda: now).execute(good.pk)
    assert LibraryPolicy.everywhere.get().revision == Library.everywhere.get().current()


def test_an_upload_that_breaks_off_leaves_nothing(start, monkeypatch):
    def refuse(*_arguments, **_options):
        raise OSError

    monkeypatch.setattr("tenantpilot.versions.library.services.keep_file", refuse)
    with pytest.raises(OSError):
        start(packed({"a.json": CATALOG}))
    assert not Library.everywhere.exists()


def test_a_first_import_that_was_cancelled_leaves_nothing_for_long(start, olivia, now):
    OperationRunService().request_cancel(start(packed({"a.json": CATALOG})), actor=olivia, now=now)
    assert discard_abandoned(now=now) == 0
    assert discard_abandoned(now=now + timedelta(hours=1)) == 1
    assert not Library.everywhere.exists()


def test_only_what_was_never_filled_is_abandoned(work, start, now):
    work(packed({"a.json": CATALOG}))
    start(b"waits")
    assert discard_abandoned(now=now + timedelta(days=99)) == 0


def test_a_library_is_removed_with_all_of_its_revisions(work, northwind, olivia, now):
    work(packed({"a.json": CATALOG}))
    work(packed({"a.json": CATALOG, "b.json": WIFI}))
    other = library_of(northwind, "Other", actor=None, now=now)
    assert remove_library(Library.everywhere.get(name="Baselines"), actor=olivia, now=now) == Content(2, 3)
    assert list(Library.everywhere.all()) == [other]
    assert not LibraryPolicy.everywhere.exists()
    entry = AuditLog.objects.get(action="library.removed")
    assert (entry.actor_id, entry.before) == (olivia.pk, {"name": "Baselines", "revisions": 2, "policies": 3})


def test_a_library_is_not_removed_under_an_import(work, start, now):
    work(packed({"a.json": CATALOG}))
    start(packed({"b.json": WIFI}))
    with pytest.raises(LibraryInUse):
        remove_library(Library.everywhere.get(), actor=None, now=now)
    assert LibraryPolicy.everywhere.exists()


def test_an_import_whose_library_is_gone_says_so(start, now):
    run = start(packed({"a.json": CATALOG}))
    Library.everywhere.all().delete()
    Runner(clock=lambda: now).execute(run.pk)
    assert OperationRun.everywhere.get(pk=run.pk).reason_code == "library_gone"
