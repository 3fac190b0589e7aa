"""Keyset paging (UX-11, UX-13): every row once, in one order, in both directions, and no way in for a forger."""

import itertools
from datetime import timedelta

import pytest
from django.core import signing

from tenantpilot.inventory.models import Policy
from tenantpilot.web.inventory.tables import POLICIES, with_modified
from tenantpilot.web.ui.tables.cursor import SALT, Order, page, unpack
from tests.web.kit import policy

pytestmark = pytest.mark.both_databases


@pytest.fixture
def rows(contoso, now):
    """Many rows that share a value in every column that can be sorted by, some without a time."""
    for index, (letter, hour) in enumerate(itertools.product("abcaab", range(4))):
        policy(
            contoso,
            f"Policy {letter}",
            now,
            graph_id=str(index),
            type=f"type{hour % 2}",
            last_modified_at=None if hour == 3 else now - timedelta(hours=hour),
            last_seen_at=now + timedelta(hours=hour % 3),
        )
    return with_modified(Policy.everywhere.of_tenant(contoso))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", list(POLICIES.sorts))
def test_walking_there_and_back_shows_every_row_once_in_one_order_ux_11_ux_13(rows, name, descending):
    order = Order(name, POLICIES.sorts[name], descending)
    expected = [row.pk for row in rows.order_by(*order.fields(backwards=False))]
    there, last = walk(rows, order, lambda shown: shown.next)
    back, _first = walk(rows, order, lambda shown: shown.previous, start=last)
    assert [pk for part in there for pk in part] == expected
    assert [pk for part in reversed(back) for pk in part] == expected[: -len(there[-1])]


def test_the_first_page_has_nothing_before_and_the_last_nothing_after(rows):
    order = Order("name", POLICIES.sorts["name"], False)
    first = page(rows, order, None, 100)
    assert (first.previous, first.next) == ("", "")


@pytest.mark.parametrize(
    "forged",
    [
        "nonsense",
        signing.dumps(["name", "x", 1, 0], salt="another"),
        signing.dumps(["-name", "x", 1, 0], salt=SALT),
        signing.dumps(["name", "x", "no id", 0], salt=SALT),
        signing.dumps({"a": 1}, salt=SALT),
        "",
    ],
    ids=["nonsense", "other salt", "other order", "no id", "other shape", "empty"],
)
def test_a_place_that_we_did_not_make_for_this_order_is_the_first_page(forged):
    assert unpack(forged, Order("name", POLICIES.sorts["name"], False)) is None


def walk(rows, order, towards, start=""):
    """Pages of five, as lists of ids, and the way back from the last."""
    parts, place = [], start
    while True:
        shown = page(rows, order, unpack(place, order), 5)
        parts.append([row.pk for row in shown.rows])
        place = towards(shown)
        if not place:
            return parts, shown.previous
