"""Word a cadence for people."""

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from tenantpilot.operations.schedules.cadence import Cadence, Frequency


def cadence_words(cadence: Cadence) -> str:
    """ "Every hour at :30", "Every day at 03:00 (Europe/Berlin)", "Monday and Friday at 03:00 (UTC)"."""
    if cadence.frequency is Frequency.HOURLY:
        return _("Every hour at :%(minute)s") % {"minute": f"{cadence.minute:02}"}
    days = _("Every day") if cadence.frequency is Frequency.DAILY else _days(cadence.weekdays)
    time = f"{cadence.hour:02}:{cadence.minute:02}"
    return _("%(days)s at %(time)s (%(zone)s)") % {"days": days, "time": time, "zone": cadence.time_zone}


def _days(weekdays: tuple[int, ...]) -> str:
    names = [str(WEEKDAYS[day]) for day in sorted(weekdays)]
    if len(names) == 1:
        return names[0]
    return _("%(days)s and %(last)s") % {"days": ", ".join(names[:-1]), "last": names[-1]}
