"""The field of every form in which people type a name: one rule for what a name may hold."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenantpilot.core.visible import visible_name
from tenantpilot.tenancy.fitting import NOT_IN_A_NAME


class NameField(forms.CharField):
    """A name, without blanks around it. It refuses what cannot be seen: others would read another name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"strip": True, **options})

    def validate(self, value: str) -> None:
        """Raises ValidationError."""
        super().validate(value)
        if NOT_IN_A_NAME.search(value or "") or visible_name(value or "") != (value or ""):
            raise ValidationError(
                _("It holds a character that cannot be shown. Write it without control characters."), code="unseen"
            )
