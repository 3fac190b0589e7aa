"""GUARD-M: a badge that no room declares is found."""

import pytest

from guards import badged

BADGES = {("run", "failed"), ("run", "queued")}
UNKNOWN = ('{% badge "runs" run.state %}', '{% badge "run" "fialed" %}', '<b>{%  badge "" x %}</b>')
KNOWN = ('{% badge "run" run.state %}', '{% badge "run" "failed" %}', "{% badge domain value %}")


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_badge_that_no_room_declares_is_found(tmp_path, text):
    page = tmp_path / "page.html"
    page.write_text(f"<p>\n{text}</p>")
    (finding,) = badged.check(page, BADGES)
    assert (finding.rule, finding.line) == ("GUARD-M", 2)


@pytest.mark.parametrize("text", KNOWN)
def test_declared_badges_are_left_alone(tmp_path, text):
    page = tmp_path / "page.html"
    page.write_text(text)
    assert list(badged.check(page, BADGES)) == []
