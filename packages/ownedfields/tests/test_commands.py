"""The command line as a stranger meets it: exit codes, formats, exceptions, ignores, baseline, cache."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from shop_project import CONFIG, VIEWS, write

from ownedfields.cli import main
from ownedfields.rules import RULES


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    main(["check", "--format", "jsonl", *arguments])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_clean_project_ends_with_0(shop: Path) -> None:
    assert main(["check"]) == 0


def test_a_finding_ends_with_1_and_says_where_why_and_how_to_mend(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop, "shop/views.py", VIEWS)
    assert main(["check", "."]) == 1
    printed = capsys.readouterr().out
    assert "shop/views.py:4:5: OPR101 Order.status written by assignment" in printed
    assert '     4 |     order.status = "paid"\n       |     ^^^^^^^^^^^^\n' in printed
    assert "why: line 3: order = Order.objects.get(pk=pk)" in printed
    assert "fix: pay(order)" in printed
    assert "# ownedfields: ignore[OPR101] -- reason" in printed


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("shop.models.Order", "shop.models.Ordre", "did you mean 'Order'"),
        ("shop.models.Order", "shop.model.Order", "there is no module shop.model"),
        ('["status"]', '["statsu"]', "did you mean 'status'"),
        ('["shop/services.py"]', '["shop/service.py"]', "did you mean 'shop/services.py'"),
        ("name_hints", "name_hint", "unknown key 'name_hint'"),
        ('fields = ["status"]', "fields = []", "fields is missing or empty"),
        ('fields = ["status"]', 'fields = "status"', "fields must be an array"),
        ('instead = "pay(order)"', "[[tool.ownedfields.guard.allow]]\nfile = 'shop/views.py'", "reason is missing"),
        ('instead = "pay(order)"', "instead = ", "is not valid TOML"),
    ],
)
def test_a_configuration_that_names_what_is_not_there_ends_with_2(
    shop: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, says: str
) -> None:
    write(shop, "pyproject.toml", CONFIG.replace(before, after))
    assert main(["check"]) == 2
    assert says in capsys.readouterr().err


def test_deleting_the_owner_ends_with_2(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    (shop / "shop/services.py").unlink()
    assert main(["check"]) == 2
    assert "owner 'shop/services.py' matches no file" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "[tool.ownedfields]\n"])
def test_an_empty_configuration_ends_with_2(shop: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    write(shop, "pyproject.toml", text)
    assert main(["check"]) == 2
    assert "nothing" in capsys.readouterr().err


def test_a_file_that_matters_and_cannot_be_parsed_ends_with_3(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/broken.py", "from shop.models import Order\ndef f(:\n")
    assert main(["check"]) == 3
    assert "shop/broken.py:2:1: OPR906" in capsys.readouterr().out


def test_a_broken_file_that_speaks_of_nothing_guarded_is_let_be(shop: Path) -> None:
    write(shop, "shop/template.py", "{{ cookiecutter }} def (:\n")
    assert main(["check"]) == 0


def test_only_the_asked_files_are_reported_but_the_whole_is_judged(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop, "shop/views.py", VIEWS)
    write(shop, "shop/jobs.py", VIEWS)
    assert [each["path"] for each in findings(capsys, "shop/jobs.py")] == ["shop/jobs.py"]
    assert main(["check", "shop/models.py"]) == 0


def test_hidden_folders_and_environments_are_skipped_and_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, ".cache/views.py", VIEWS)
    write(shop, "env/pyvenv.cfg", "")
    write(shop, "env/views.py", VIEWS)
    assert main(["check", "--statistics"]) == 0
    assert ".cache, env" in capsys.readouterr().out


def test_nothing_else_is_skipped(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("tests/test_views.py", "build/views.py", "shop/migrations/0001.py", "docs/conf.py"):
        write(shop, path, VIEWS)
    write(shop, "bin/close", f"#!/usr/bin/env python3\n{VIEWS}")
    write(shop, "fix.sql", "UPDATE shop_order SET status = 'paid';\n")
    found = {(each["path"], each["rule"]) for each in findings(capsys)}
    assert ("bin/close", "OPR101") in found
    assert ("fix.sql", "OPR111") in found
    assert len(found) == 6


def test_excluded_paths_are_skipped(shop: Path) -> None:
    write(shop, "old/views.py", VIEWS)
    write(shop, "pyproject.toml", f'[tool.ownedfields]\nexclude = ["old"]\n{CONFIG}')
    assert main(["check"]) == 0


def test_an_ignore_with_a_reason_is_honored_on_any_line_of_the_statement(shop: Path) -> None:
    source = VIEWS.replace(
        'order.status = "paid"',
        "Order.objects.filter(\n        pk=pk,\n    ).update(\n"
        '        status="x",  # ownedfields: ignore[OPR103] -- imported by hand\n    )',
    )
    write(shop, "shop/views.py", source)
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# ownedfields: ignore[OPR101]", {"OPR101", "OPR902"}),
        ("# ownedfields: ignore[OPR101] --", {"OPR101", "OPR902"}),
        ("# ownedfields: ignore -- because", {"OPR101", "OPR903"}),
        ("# ownedfields: ignore[OPR999] -- because", {"OPR101", "OPR903"}),
        ("# ownedfields: ignore[OPR103] -- because", {"OPR101", "OPR901"}),
        ("# ownedfields: ignore[OPR101, OPR103] -- because", {"OPR901"}),
        ("# ownedfields: please", {"OPR101", "OPR903"}),
        ("# see `ownedfields: ignore[OPR101] -- x`", {"OPR101"}),
    ],
)
def test_other_ignores_are_not_honored_and_reported(
    shop: Path, capsys: pytest.CaptureFixture[str], comment: str, rules: set[str]
) -> None:
    write(shop, "shop/views.py", VIEWS.replace('"paid"', f'"paid"  {comment}'))
    assert {each["rule"] for each in findings(capsys)} == rules


def test_an_ignore_where_nothing_is_wrong_is_reported(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/other.py", "total = 1  # ownedfields: ignore[OPR101] -- once needed\n")
    assert [each["rule"] for each in findings(capsys)] == ["OPR901"]


def test_a_string_that_mentions_an_ignore_is_none(shop: Path) -> None:
    write(shop, "shop/other.py", 'text = "# ownedfields: ignore[OPR101]"\n')
    assert main(["check"]) == 0


ALLOW = """[[tool.ownedfields.guard.allow]]
file = "shop/views.py"
symbol = "view"
count = {count}
reason = "reviewed"
"""


@pytest.mark.parametrize(("count", "rules"), [(1, []), (2, ["OPR904"])])
def test_an_exception_counts(shop: Path, capsys: pytest.CaptureFixture[str], count: int, rules: list[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    write(shop, "pyproject.toml", CONFIG + ALLOW.format(count=count))
    assert [each["rule"] for each in findings(capsys)] == rules


def test_an_exception_does_not_cover_more_than_it_counts(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS + '    order.status = "again"\n')
    write(shop, "pyproject.toml", CONFIG + ALLOW.format(count=1))
    assert [each["rule"] for each in findings(capsys)] == ["OPR101", "OPR101"]


def test_an_exception_that_matches_nothing_is_stale(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", "")
    write(shop, "pyproject.toml", CONFIG + ALLOW.format(count=1))
    assert [each["rule"] for each in findings(capsys)] == ["OPR904"]


def test_a_baseline_holds_todays_findings_and_only_shrinks(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    assert main(["check", "--write-baseline"]) == 0
    assert main(["check", "--write-baseline"]) == 2
    write(shop, "shop/views.py", "# moved down\n\n" + VIEWS)
    assert main(["check"]) == 0
    write(shop, "shop/views.py", VIEWS + '    order.status = "again"\n')
    assert main(["check"]) == 1
    assert main(["check", "--update-baseline"]) == 1
    write(shop, "shop/views.py", "")
    capsys.readouterr()
    assert [each["rule"] for each in findings(capsys)] == ["OPR905"]
    assert main(["check", "--update-baseline"]) == 0
    assert json.loads((shop / "ownedfields-baseline.json").read_text())["findings"] == []


def test_the_cache_answers_the_same_and_sees_every_change(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/load.py", "from shop.models import Order\ndef load(pk):\n    return Order.objects.get(pk=pk)\n")
    write(shop, "shop/views.py", "from shop.load import load\ndef f():\n    load(1).status = 'x'\n")
    first = findings(capsys)
    assert [each["line"] for each in first] == [3]
    assert findings(capsys) == first
    time.sleep(0.01)
    write(shop, "shop/load.py", "def load(pk):\n    return [pk]\n# no longer an Order\n")
    assert findings(capsys) == []
    write(shop, "shop/load.py", "from shop.models import Order\ndef load(pk):\n    return Order(pk=pk)\n")
    assert [each["line"] for each in findings(capsys)] == [3]
    write(shop, "shop/new.py", VIEWS)
    assert {each["path"] for each in findings(capsys)} == {"shop/new.py", "shop/views.py"}


def test_a_file_that_learns_of_a_carrier_later_is_judged_again(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", "from shop.load import fetch\ndef f():\n    fetch(1).status = 'x'\n")
    write(shop, "shop/load.py", "def fetch(pk): ...\n")
    assert findings(capsys) == []
    time.sleep(0.01)
    write(shop, "shop/load.py", "from shop.models import Order\ndef fetch(pk): return Order.objects.get(pk=pk)\n")
    assert [each["path"] for each in findings(capsys)] == ["shop/views.py"]


def test_the_cache_by_content_ignores_times(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    first = findings(capsys, "--hash")
    (shop / "shop/views.py").touch()
    assert findings(capsys, "--hash") == first
    assert findings(capsys, "--no-cache") == first


def test_strict_reports_what_nobody_can_know(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "from shop.models import Order\ndef f(thing, order: Order, name):\n    thing.update(status=1)\n"
    write(shop, "shop/views.py", f"{source}    setattr(order, name, 1)\n")
    assert findings(capsys) == []
    assert {each["rule"] for each in findings(capsys, "--strict")} == {"OPR190", "OPR191"}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_is_explained_with_wrong_and_right_code(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule]) == 0
    page = capsys.readouterr().out
    assert "Wrong:" in page
    assert "Right:" in page


def test_explain_lists_the_rules_and_refuses_unknown_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(RULES)
    assert main(["explain", "OPR999"]) == 2


def test_init_writes_a_configuration_that_finds_something(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    assert main(["init"]) == 0
    assert "Order: status may be written in shop/services.py" in capsys.readouterr().out
    assert main(["check", "--format", "concise"]) == 1
    assert "shop/views.py:4:5: OPR101" in capsys.readouterr().out
    assert main(["init"]) == 2


def test_init_guards_the_model_that_is_named(shop: Path) -> None:
    (shop / "pyproject.toml").unlink()
    assert main(["init", "--model", "shop.models.Order", "--field", "note", "--owner", "shop/models.py"]) == 0
    assert 'fields = ["note"]' in (shop / "pyproject.toml").read_text()
    assert main(["check"]) == 0


def test_init_says_what_to_do_where_it_finds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path)]) == 2
    assert "--model shop.models.Order" in capsys.readouterr().err
