"""The charts of a tenant's operations: title, sentence, drawing, and the same figures as a table (UX-74)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.html import read
from tests.web.kit import at_most_queries, ended, policies

pytestmark = pytest.mark.both_databases

PAGE = "/admin/t/contoso/operations/statistics/"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It stays noon: what happens an hour before is of the same day, and no day ends between two looks."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return noon


@pytest.fixture
def show(signed_in, alice):
    browser = signed_in(alice)
    return lambda query="": read(browser.get(PAGE + query))


def table_of(page, title):
    rows = page.one("section", aria_labelledby=title).one("tbody").every("tr")
    return [[cell.words for cell in (*row.every("th"), *row.every("td"))] for row in rows]


@pytest.fixture
def history(contoso, alice, today):
    """Yesterday two that succeeded and one that failed, ten days ago one that partly failed."""
    yesterday, earlier = today - timedelta(days=1), today - timedelta(days=10)
    for _each in range(2):
        ended(contoso, alice, yesterday)
    ended(contoso, alice, yesterday, failed=2, succeeded=0)
    ended(contoso, alice, earlier, failed=1)


def test_every_day_of_the_range_has_its_numbers_newest_first(show, history, today):
    rows = table_of(show("?days=7"), "days-title")
    assert len(rows) == 7
    assert rows[1][1:] == ["2", "0", "0", "1", "3"]
    assert [row[-1] for row in rows] == ["0", "3", "0", "0", "0", "0", "0"]


def test_a_longer_range_has_more_days_and_is_in_the_address_ux_05(show, history):
    page = show()
    assert len(table_of(page, "days-title")) == 30
    links = {link.words: link for link in page.one("nav", class_="segments").every("a")}
    assert {words: link["href"] for words, link in links.items()} == {
        "7 days": f"{PAGE}?days=7",
        "30 days": PAGE,
        "90 days": f"{PAGE}?days=90",
    }
    assert "aria-current" in links["30 days"]
    assert len(table_of(show("?days=90"), "days-title")) == 90


@pytest.mark.parametrize("asked", ["1", "31", "x", "-7", "%00", "9" * 400])
def test_a_range_that_is_none_is_told_and_the_usual_one_is_shown(show, history, asked):
    page = show(f"?days={asked}")
    assert page.one("main").one("p", class_="note-warning").words == (
        "There is no such range; the last 30 days are shown."
    )
    assert len(table_of(page, "days-title")) == 30


def test_the_chart_has_a_sentence_and_a_legend_that_leads_to_what_it_counts_ux_74(show, history, today):
    chart = show("?days=7").one("section", aria_labelledby="days-title")
    assert chart.one("figcaption").words.startswith(
        "3 runs ended in 7 days, 1 of them failed; the most on one day were 3"
    )
    legend = {link.words: link["href"] for link in chart.one("ul", class_="legend").every("a")}
    assert list(legend) == ["Succeeded 2", "Cancelled 0", "Partially succeeded 0", "Failed 1"]
    first = (today - timedelta(days=6)).date().isoformat()
    assert legend["Failed 1"] == f"/admin/t/contoso/operations/?state=failed&after={first}"


def test_outcomes_are_drawn_one_upon_the_other_and_never_above_the_chart(show, history):
    drawing = show("?days=7").one("div", class_="day-chart").one("svg")
    pieces = [piece for piece in drawing.every("rect") if piece.attributes.get("class", "").startswith("piece-")]
    assert [piece["class"] for piece in pieces] == ["piece-succeeded", "piece-failed"]
    lower, upper = ((float(piece["y"]), float(piece["height"])) for piece in pieces)
    assert lower == (pytest.approx(33.33), pytest.approx(66.67))
    assert upper == (pytest.approx(0, abs=0.01), pytest.approx(33.33))


def test_durations_are_told_by_type_and_only_of_what_came_to_its_end(show, history):
    (row,) = table_of(show("?days=7"), "durations-title")
    assert row == ["Inventory sync", "2", "5.0 s", "5.0 s"]
    (longer,) = table_of(show("?days=30"), "durations-title")
    assert longer[1] == "3"


def test_without_a_run_both_say_so_ux_40(show, contoso):
    page = show()
    titles = [part.one("h2").words for part in page.one("main").every("div", class_="empty")]
    assert titles == [
        "No operation ended in the last 30 days",
        "No operation came to its end in the last 30 days",
    ]
    assert not page.one("main").every("table")


def test_sec_03_nothing_of_another_tenant_is_counted(show, fabrikam, charlie, today):
    ended(fabrikam, charlie, today - timedelta(days=1))
    assert len(show().one("main").every("div", class_="empty")) == 2


def test_the_list_of_operations_leads_to_it(signed_in, bob, contoso):
    page = read(signed_in(bob).get("/admin/t/contoso/operations/"))
    assert [link["href"] for link in page.one("main").every("a") if link.words == "Statistics"] == [PAGE]


def test_it_costs_the_same_whatever_there_was_ux_21(show, contoso, alice, today):
    policies(contoso, 3, today)
    for _each in range(6):
        ended(contoso, alice, today - timedelta(days=2))
    with at_most_queries(8):
        show("?days=90")
