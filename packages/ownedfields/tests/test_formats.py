"""The report for machines, in every format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from shop_project import CONFIG, VIEWS, write

from ownedfields.cli import main


def test_json_carries_everything(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    main(["check", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == 1
    assert report["findings"][0]["why"][0]["line"] == 3
    assert report["findings"][0]["symbol"] == "view"


def test_sarif_has_relative_places_and_fingerprints_that_outlive_edits(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def result() -> dict[str, object]:
        main(["check", "--format", "sarif"])
        return json.loads(capsys.readouterr().out)["runs"][0]["results"][0]  # type: ignore[no-any-return]

    write(shop, "shop/views.py", VIEWS)
    before = result()
    write(shop, "shop/views.py", "\n\n\n" + VIEWS)
    after = result()
    assert before["ruleId"] == "OPR101"
    assert before["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/views.py"  # type: ignore[index]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["locations"] != after["locations"]


def test_github_annotations_are_escaped(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    write(shop, "pyproject.toml", CONFIG.replace("pay(order)", "100% pay"))
    main(["check", "--format", "github"])
    line = capsys.readouterr().out.strip()
    assert line.startswith("::error file=shop/views.py,line=4,endLine=4,col=5,title=OPR101::Order.status written")
    assert line.endswith("Fix: 100%25 pay")


def test_junit_is_well_formed(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    main(["check", "--format", "junit"])
    suite = ET.fromstring(capsys.readouterr().out).find("testsuite")
    assert suite is not None
    assert suite.attrib["failures"] == "1"


def test_concise_is_one_line_for_each_finding(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "shop/views.py", VIEWS)
    main(["check", "--format", "concise", "--statistics"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "shop/views.py:4:5: OPR101 Order.status written by assignment"
    assert lines[1].startswith("1 finding (")
    assert "1  OPR101" in lines[2]


def test_a_report_can_go_to_a_file(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "junit", "--output-file", "report.xml"]) == 0
    assert ET.parse(shop / "report.xml")
    assert capsys.readouterr().out == ""
