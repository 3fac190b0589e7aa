"""Fields that several tables' filters share."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TOO_FAR = _("is not a day between 1990 and 2199")
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
SINCE: dict[str, tuple[str | Promise, timedelta]] = {
    "hour": (_("Last hour"), timedelta(hours=1)),
    "day": (_("Last 24 hours"), timedelta(days=1)),
    "week": (_("Last 7 days"), timedelta(days=7)),
    "month": (_("Last 30 days"), timedelta(days=30)),
}


class DayField(forms.DateField):
    """A calendar day to which days and hours can be added in every time zone."""

    def __init__(self, **kwargs: Any) -> None:
        limits = [MinValueValidator(FIRST_DAY, _TOO_FAR), MaxValueValidator(LAST_DAY, _TOO_FAR)]
        super().__init__(**kwargs, validators=limits)


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # django-filter ships no types
    """A calendar day, as browsers send it."""

    field_class = DayField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {"invalid": _("is not a day such as 2026-06-01")})
        super().__init__(*args, **kwargs)


class RunNumber(forms.CharField):
    """The number of an operation."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **kwargs, validators=[RegexValidator(r"^[0-9]{1,18}$", _("is not the number of an operation"))]
        )


class RunFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter ships no types
    """The operation that saw the last change."""

    field_class = RunNumber


class RangeForm(forms.Form):
    """A last day that lies before the first narrows nothing, and is told."""

    def clean(self) -> None:
        first, last = self.cleaned_data.get("after"), self.cleaned_data.get("before")
        if first and last and last < first:
            self.add_error("before", _("lies before the first day"))
