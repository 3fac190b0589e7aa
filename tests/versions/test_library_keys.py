"""Each policy of a revision has a key of its own, and no question to the database is asked for it."""

from contextlib import suppress

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenantpilot.versions.library.keys import RevisionKeys
from tenantpilot.versions.library.models import LibraryRevision
from tests.versions.test_library import CATALOG, bring, current, library, packed

__all__ = ["bring", "library"]


def test_policies_of_one_file_ask_for_no_earlier_ones(bring, library):
    """A file of ten policies costs what it writes, and no question for each of them."""

    def asked(number):
        name = f"{number}.zip"
        with CaptureQueriesContext(connection) as queries:
            bring(packed({"a.json": [CATALOG | {"id": f"c{number}-{index}"} for index in range(number)]}), name)
        texts = [query["sql"] for query in queries if 'FROM "library_policies"' in query["sql"]]
        return sum(text.startswith("SELECT") for text in texts)

    few, many = asked(2), asked(20)
    assert current(library).count() == 20
    assert many == few


def test_a_file_that_fails_gives_its_keys_back(northwind, library, now):
    revision = LibraryRevision.everywhere.create(
        workspace=northwind, library=library, number=1, source_name="x", archive_sha256="0" * 64, created_at=now
    )
    keys = RevisionKeys(revision)
    with suppress(ValueError), keys.of_one_file():
        keys.new("settingsCatalog", "c1", "a.json")
        raise ValueError
    with keys.of_one_file():
        assert [keys.new("settingsCatalog", "c1", path)[:3] for path in ("b.json", "c.json")] == ["c1", "c1~"]
