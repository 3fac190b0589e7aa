"""Word times, durations and counts (UX-18, UX-61): pure functions, so that every page agrees."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def relative(at: datetime, now: datetime) -> str:
    """ "just now", "5 minutes ago", "in 2 hours"."""
    passed = now - at
    distance = abs(passed)
    if distance < timedelta(seconds=45):
        return _("just now")
    words = span(distance)
    return _("%(span)s ago") % {"span": words} if passed > timedelta(0) else _("in %(span)s") % {"span": words}


def span(distance: timedelta) -> str:
    """Return a length of time in its largest fitting unit."""
    return next((words(distance // unit) for unit, words in _UNITS if distance >= unit), _minutes(1))


def exact(at: datetime) -> str:
    """ "23 Nov 2026, 10:00:22 UTC"."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'j M Y, H:i:s')} {local.tzname()}"


def clock(seconds: float) -> str:
    """Elapsed time as a clock: "0:07", "12:30", "1:02:03"."""
    total = max(0, int(seconds))
    hours, minutes = divmod(total // 60, 60)
    return f"{hours}:{minutes:02}:{total % 60:02}" if hours else f"{minutes}:{total % 60:02}"


def length(span: timedelta) -> str:
    """Return a duration in words: "7.5 s", "12:30"."""
    seconds = span.total_seconds()
    return clock(seconds) if seconds >= 60 else _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}


def figure(number: int) -> str:
    """With its thousands separated."""
    return number_format(number, force_grouping=True)


def _years(number: int) -> str:
    return ngettext("%(number)d year", "%(number)d years", number) % {"number": number}


def _months(number: int) -> str:
    return ngettext("%(number)d month", "%(number)d months", number) % {"number": number}


def _days(number: int) -> str:
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


def _hours(number: int) -> str:
    return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}


def _minutes(number: int) -> str:
    return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}


_UNITS: tuple[tuple[timedelta, Callable[[int], str]], ...] = (
    (timedelta(days=365), _years),
    (timedelta(days=30), _months),
    (timedelta(days=1), _days),
    (timedelta(hours=1), _hours),
    (timedelta(minutes=1), _minutes),
)
