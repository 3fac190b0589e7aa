"""How times and lengths of time read (UX-18)."""

from datetime import UTC, datetime, timedelta

import pytest

from tenantpilot.web.ui import words

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "read"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=2, hours=5), "2 days ago"),
        (timedelta(days=65), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_times_are_relative_in_the_largest_unit_that_fits_ux_18(passed, read):
    assert words.relative(NOON - passed, NOON) == read


def test_the_exact_time_names_its_zone_ux_18():
    assert words.exact(NOON) == "1 Jun 2026, 12:00:00 UTC"


@pytest.mark.parametrize(("seconds", "read"), [(7.9, "0:07"), (750, "12:30"), (3723, "1:02:03"), (-1, "0:00")])
def test_elapsed_time_reads_like_a_clock_ux_65(seconds, read):
    assert words.clock(seconds) == read
