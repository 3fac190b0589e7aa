"""GUARD-I finds words that a stranger cannot read, and lets plain sentences pass."""

import pytest

from guards import __main__ as command
from guards import prose
from guards.findings import SOURCES, Source

pytestmark = pytest.mark.contract

RIDDLES = {
    "a relative clause": 'def f():\n    """What the run needs."""',
    "a question": 'def f():\n    """Whether it may start."""',
    "a relative clause that is returned": 'def f():\n    """Return what the run needs."""',
    "a question that is returned": 'def f():\n    """Return whether it may start."""',
    "a pronoun": 'class A:\n    """One for each tenant."""',
    "a lone adverb": 'def f():\n    """Once."""',
    "a module": '"""Where a moment lies."""',
    "an asynchronous function": 'async def f():\n    """How it ends."""',
    "a bare participle": "found = look()",
    "a pronoun in a loop": "for one in runs:\n    pass",
    "a name in a comprehension": "ids = [each.pk for each in runs]",
    "a parameter": "def f(told): ...",
    "a field of a dataclass": "class Answer(Facts):\n    asked: int",
    "a parameter by name only": "def f(*, given): ...",
}
PLAIN = {
    "an imperative verb": 'def f():\n    """Return the run if it still needs a slot, else None."""',
    "a subject": 'def f():\n    """The run keeps its slot."""',
    "nothing that is returned": 'def f():\n    """Return None: another ticker had it."""',
    "no docstring": "def f(): ...",
    "a noun": "expired_runs = look()",
    "a participle with its noun": "known_words = look()",
    "a field of data that is stored": "class Manifest(StoredData):\n    asked: int",
    "an attribute of somebody else's": "options.given = 1",
    "a name that is read": "print(found)",
    "the word inside": 'def f():\n    """Return the policies that say what remains."""',
}


@pytest.mark.parametrize("code", RIDDLES.values(), ids=RIDDLES)
def test_guard_i_finds_a_riddle(code):
    assert len(list(prose.check(Source("core/riddle.py", code)))) == 1


@pytest.mark.parametrize("code", PLAIN.values(), ids=PLAIN)
def test_guard_i_lets_plain_words_pass(code):
    assert not list(prose.check(Source("core/plain.py", code)))


def test_guard_i_says_where_and_how_to_mend_it():
    (finding,) = prose.check(Source("core/riddle.py", "def f():\n    told = 1\n"))
    assert str(finding).startswith("src/tenantpilot/core/riddle.py:2:5: GUARD-I")
    assert "noun of the field" in str(finding)


def test_guard_i_finds_a_long_line_of_a_template(tmp_path, monkeypatch):
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    template = tmp_path / "rows.html"
    template.write_text(f"<p>{'x' * 113}</p>\n<p>{'x' * 114}</p>\n")
    (finding,) = prose.check_template(template)
    assert (finding.path, finding.line) == ("rows.html", 2)


def test_guard_i_finds_no_long_line_in_any_template():
    pages = list(prose.templates([SOURCES]))
    assert len(pages) > 100
    assert [str(finding) for finding in command.line_findings(pages)] == []


def test_guard_i_finds_nothing_in_what_is_readable():
    folders = [command.ROOT / folder for folder in command.READABLE]
    assert [str(finding) for finding in command.word_findings(folders)] == []


def test_guard_i_knows_every_room():
    rooms = {path.parent.name for path in (command.ROOT / "src" / "tenantpilot").glob("*/__init__.py")}
    assert rooms == {*command.ROOMS}
