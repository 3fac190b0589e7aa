"""A new room is one command away: its table, its page, its operation, and their tests run at once."""

import pytest

from tenantpilot.cli.problems import Problem
from tenantpilot.cli.scaffold.room import NewRoom, write_room
from tests.cli.checkouts import ROOT, copy_of_checkout, run

NEW = NewRoom("rehearsals", "rehearsal", "INVENTORY_SYNC", "inventory")
# Every address has a row; who may reads the page, and who belongs elsewhere does not.
ROUTES = "tests/contract/test_routes.py::test_"
OF_ROUTES = [
    f"{ROUTES}every_address_has_a_row_and_every_row_an_address",
    f"{ROUTES}sec_02_who_reaches_what[bob]",
    f"{ROUTES}sec_02_who_reaches_what[charlie]",
]
SHARED = ["src/tenantpilot/config/settings.py", "pyproject.toml"]


@pytest.fixture
def checkout(tmp_path):
    return copy_of_checkout(tmp_path)


def test_its_tests_run_at_once_and_it_is_clean(checkout):
    written = run(checkout, "tenantpilot.cli", "startroom", "rehearsals", "--record", "rehearsal")
    assert written.returncode == 0, written.stderr
    (checkout / "tests/contract/test_routes.py").write_text((ROOT / "tests/contract/test_routes.py").read_text())
    tests = run(checkout, "pytest", "tests/rehearsals", *OF_ROUTES, "-p", "no:xdist", "-vv")
    assert tests.returncode == 0, tests.stdout[-4000:] + tests.stderr
    for proven in ("no_row_names_a_tenant_of_another", "costs_only_itself", "starts_once_from_the_page"):
        assert proven in tests.stdout
    folders = ["src/tenantpilot/rehearsals", "src/tenantpilot/web/rehearsals", "tests/rehearsals", SHARED[0]]
    lint = run(checkout, "ruff", "check", *folders)
    assert lint.returncode == 0, lint.stdout
    assert run(checkout, "ruff", "format", "--check", *folders).returncode == 0
    missing = run(checkout, "django", "makemigrations", "--check", "--settings", "tenantpilot.config.settings")
    assert missing.returncode == 0, missing.stdout


def test_beside_its_folders_it_changes_two_files(checkout):
    written = write_room(NEW, checkout)
    assert [str(path.relative_to(checkout)) for path in written[-2:]] == SHARED
    own = {path.relative_to(checkout).parts[:4] for path in written[:-2]}
    assert all("rehearsals" in parts for parts in own)
    project = (checkout / "pyproject.toml").read_text()
    assert '"versions", "rehearsals", "inventory' in project
    assert " | rehearsals | " in project
    for shared in SHARED:
        before, after = ((folder / shared).read_text().splitlines() for folder in (ROOT, checkout))
        assert len(after) - len(before) == (1 if shared == SHARED[0] else 0)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewRoom("Reviews", "review", "INVENTORY_VIEW", "inventory"), "no name"),
        (NewRoom("../a", "review", "INVENTORY_VIEW", "inventory"), "no name"),
        (NewRoom("review", "review", "INVENTORY_VIEW", "inventory"), "one name"),
        (NewRoom("inventory", "policy", "INVENTORY_VIEW", "inventory"), "exists already"),
        (NewRoom("rehearsals", "rehearsal", "INVENTORY_VIEW", "cellar"), r"Rooms are: .*inventory"),
    ],
)
def test_a_room_that_cannot_be_is_refused_and_nothing_written(checkout, new, message):
    with pytest.raises(Problem, match=message):
        write_room(new, checkout)
    assert not (checkout / "src/tenantpilot/rehearsals").exists()
    assert (checkout / "pyproject.toml").read_text() == (ROOT / "pyproject.toml").read_text()
