"""Fields that several tables' filters share."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # django-filter ships no types
    """A calendar day, as browsers send it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {"invalid": _("is not a day such as 2026-06-01")})
        super().__init__(*args, **kwargs)


class RangeForm(forms.Form):
    """A last day that lies before the first narrows nothing, and is told."""

    def clean(self) -> None:
        first, last = self.cleaned_data.get("after"), self.cleaned_data.get("before")
        if first and last and last < first:
            self.add_error("before", _("lies before the first day"))
