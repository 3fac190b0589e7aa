"""The fields that every schedule has: its name and its times."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.operations.schedules.cadence import Cadence, Frequency, time_zones
from tenantpilot.web.ui.names import NameField

FREQUENCIES = [
    (Frequency.HOURLY.value, gettext_lazy("Every hour")),
    (Frequency.DAILY.value, gettext_lazy("Every day")),
    (Frequency.WEEKLY.value, gettext_lazy("On chosen weekdays")),
]


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in time_zones()]


class CadenceForm(forms.Form):
    """The name of a schedule, and when it starts something."""

    name = NameField(label=gettext_lazy("Name"), max_length=120)
    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=FREQUENCIES, initial=Frequency.DAILY.value)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        initial="03:00",
        input_formats=["%H:%M"],
        error_messages={"invalid": gettext_lazy("Write a time such as 03:00.")},
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones, initial="UTC")

    def clean(self) -> None:
        values = self.cleaned_data
        if values.get("frequency") == Frequency.WEEKLY.value and not values.get("weekdays") and not self.errors:
            raise ValidationError({"weekdays": _("Choose at least one weekday.")})

    @property
    def cadence(self) -> Cadence:
        values = self.cleaned_data
        frequency, at = Frequency(values["frequency"]), values["at"]
        weekdays = tuple(values["weekdays"]) if frequency is Frequency.WEEKLY else ()
        hour = 0 if frequency is Frequency.HOURLY else at.hour
        return Cadence(frequency, values["time_zone"], at.minute, hour, weekdays)
