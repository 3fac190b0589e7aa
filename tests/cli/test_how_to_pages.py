"""The pages about a room, a table and a page do what they say: their files are put in place and their tests run."""

import re

import pytest

from tenantpilot.cli.scaffold.room import with_feature
from tests.cli.checkouts import ROOT, copy_of_checkout, run
from tests.cli.test_how_to import BLOCK, COMMAND, TESTS, put

PAGES = ROOT / "docs/how-to"


@pytest.fixture
def checkout(tmp_path):
    copy = copy_of_checkout(tmp_path)
    for name in ("tests/contract/test_routes.py", "tests/web/test_assets.py", "tests/web/test_frame.py"):
        (copy / name).write_text((ROOT / name).read_text())
    return copy


def text_of(name: str) -> str:
    return (PAGES / name).read_text().replace(", below: ", ", behind: ")


def place_blocks(checkout, name: str) -> list[str]:
    """Write the files of a page; return their paths."""
    blocks = list(BLOCK.finditer(text_of(name)))
    for block in blocks:
        path = checkout / block["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, block["behind"], block["text"])
    return [block["path"] for block in blocks]


def require_clean(checkout, paths) -> None:
    sources = [path for path in paths if path.endswith(".py")]
    assert run(checkout, "ruff", "check", *sources).stdout.strip() == "All checks passed!"
    assert run(checkout, "ruff", "format", "--check", *sources).returncode == 0


def test_the_pages_lead_to_a_table_and_a_page_with_tests(checkout):
    """Both in one checkout, because each run of tests prepares a database."""
    paths = [*place_blocks(checkout, "add-a-table.md"), *place_blocks(checkout, "add-a-page.md")]
    project = checkout / "pyproject.toml"
    project.write_text(with_feature(project.read_text(), "policy_total"))
    made = run(checkout, "django", "makemigrations", "--settings", "tenantpilot.config.settings")
    assert "Create model PolicyCount" in made.stdout, made.stderr
    assert "Warning" not in made.stderr
    names = [name for page in ("add-a-table.md", "add-a-page.md") for name in TESTS.findall(text_of(page))[-1].split()]
    names = [name for name in names if (checkout / name).is_file()]
    tests = run(
        checkout, "pytest", *names, "-p", "no:xdist", "-vv", "-k", "counted or every_address or total or sec_03_no"
    )
    assert tests.returncode == 0, tests.stdout[-4000:] + tests.stderr
    for proven in (
        "of_the_tenant_are_counted",
        "every_address_has_a_row",
        "marked_for_translation",
        "another_workspace",
    ):
        assert proven in tests.stdout
    require_clean(checkout, paths)


def test_the_page_of_a_room_names_a_command_that_works(checkout):
    (command,) = re.findall(r"^    \.venv/bin/tenantpilot (startroom .*)$", text_of("add-a-room.md"), re.MULTILINE)
    written = run(checkout, "tenantpilot.cli", *command.split())
    assert written.returncode == 0, written.stderr
    assert (checkout / "tests/reviews/test_page.py").is_file()
    assert COMMAND.findall(text_of("add-a-room.md")) == []
