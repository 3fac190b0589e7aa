"""The forms of backups."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.backups.services import LONGEST_NAME, LONGEST_REASON
from tenantpilot.inventory import policy_types
from tenantpilot.web.ui.names import NameField


def _types() -> list[tuple[str, list[tuple[str, Any]]]]:
    every = policy_types.every()
    areas = dict.fromkeys(policy_type.area for policy_type in every)
    return [
        (area.label, [(policy_type.key, policy_type.label) for policy_type in every if policy_type.area is area])
        for area in areas
    ]


class BackupForm(forms.Form):
    """The form of a backup of policy types."""

    name = NameField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    policy_types = forms.MultipleChoiceField(
        label=gettext_lazy("Policy types"),
        choices=_types,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
        error_messages={"required": gettext_lazy("Choose at least one policy type.")},
    )
    left_out_reason = forms.CharField(
        label=gettext_lazy("Reason for what is left out"),
        max_length=LONGEST_REASON,
        required=False,
        strip=True,
        help_text=gettext_lazy("Needed only if you leave a type out. It is shown with the set."),
    )

    def clean(self) -> None:
        values = self.cleaned_data
        chosen = values.get("policy_types") or []
        is_part = 0 < len(chosen) < len(policy_types.every())
        if is_part and not values.get("left_out_reason") and not self.errors:
            raise ValidationError({"left_out_reason": _("Write why the other types are left out.")})


class NameForm(forms.Form):
    """The form of the name of a backup of chosen policies."""

    name = NameField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)


class HoldForm(forms.Form):
    """The form of a hold."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON, strip=True)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The last day, UTC. Leave it empty for no end."),
        error_messages={"invalid": gettext_lazy("Write a date such as 2027-01-31.")},
    )

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now().date():
            raise ValidationError(_("Choose a day after today."))
        return until

    @property
    def until_moment(self) -> datetime | None:
        until = self.cleaned_data["until"]
        return datetime.combine(until, time(23, 59), UTC) if until else None
