"""The documentation is true: its links lead somewhere, its commands exist, and the tutorial's examples run."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from guards.rooms_map import PAGE, drawn, with_map
from tenantpilot.backups.portable.operations import BACKUP_IMPORT
from tenantpilot.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("benchmarks/*.md"),
        *ROOT.glob("packages/*/*.md"),
        *ROOT.glob("packages/*/docs/**/*.md"),
    ]
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]+)\b")
COMMAND = re.compile(r"tenantpilot ([a-z][a-z-]+)(?=[\s`.,]|$)", re.M)


def code_of(page: Path) -> str:
    """Fenced blocks and spans in backticks: what a reader may type."""
    text = page.read_text()
    return "\n".join([*re.findall(r"```[a-z]*\n(.*?)```", text, re.S), *re.findall(r"`([^`\n]+)`", text)])


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_every_link_of_a_page_leads_to_a_file(document):
    targets = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_every_command_that_a_page_names_exists(document):
    commands = set(get_command(app).list_commands(None))
    makefile = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    code = code_of(document)
    assert {name for name in COMMAND.findall(code) if name not in commands} == set()
    assert {name for name in MAKE.findall(code) if name not in makefile} == set()


def test_every_decision_is_dated_and_short():
    for page in ROOT.glob("docs/decisions/*.md"):
        lines = [line for line in page.read_text().splitlines() if line.strip()]
        assert re.search(r"\b20\d\d-\d\d-\d\d\b", page.read_text()), page.name
        assert len(lines) <= 14, page.name


def test_every_page_below_docs_is_reached_from_its_index():
    index = (ROOT / "docs" / "README.md").read_text()
    for page in ROOT.glob("docs/*/*.md"):
        reached = f"{page.parent.name}/{page.name}" in index or f"({page.parent.name}/)" in index
        assert reached, page


def test_the_map_of_rooms_is_that_of_the_contracts():
    assert with_map(PAGE.read_text()) == PAGE.read_text(), "The rooms changed. Run: make reference"
    rooms = [line.split()[0] for line in drawn().splitlines() if re.match(r"[a-z]", line)]
    packages = {path.name for path in (ROOT / "src/tenantpilot").iterdir() if (path / "__init__.py").is_file()}
    assert set(rooms) == packages


@pytest.mark.parametrize("document", sorted(ROOT.glob("docs/explanation/*.md")), ids=named)
def test_prose_is_wrapped_and_its_sentences_are_short(document):
    """Lines of at most 100 columns; no sentence of more than 35 words, and 20 on average at most."""
    text = re.sub(r"^```.*?^```$|^[|#<][^\n]*$", "", document.read_text(), flags=re.M | re.S)
    assert [line for line in text.splitlines() if len(line) > 100] == []
    sentences = [len(sentence.split()) for sentence in re.split(r"(?<=[.:?!])\s+|\n\s*\n|\n\s*(?:-|\d+\.) ", text)]
    words = [count for count in sentences if count]
    assert max(words) <= 35
    assert sum(words) / len(words) <= 20


REFUSALS = {"docs/how-to/move-a-backup-set.md": BACKUP_IMPORT}
"""The pages that list the reasons for which an operation is refused."""


@pytest.mark.parametrize("page", REFUSALS)
def test_a_page_names_every_reason_of_its_operation(page):
    names = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / page).read_text(), re.M)
    assert sorted(names) == sorted(REFUSALS[page].reason_codes)
