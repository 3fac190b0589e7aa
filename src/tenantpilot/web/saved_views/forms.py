"""The forms of saved views."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.models import Workspace
from tenantpilot.web.ui.names import NameField
from tenantpilot.web.ui.saved_views.models import LONGEST_NAME, LONGEST_QUERY


def _name() -> forms.CharField:
    return NameField(label=_("Name"), max_length=LONGEST_NAME)


class NameForm(forms.Form):
    """A new name."""

    name = _name()

    def clean_name(self) -> str:
        """Spaces are not what two names differ in."""
        return " ".join(self.cleaned_data["name"].split())


class SaveForm(NameForm):
    """`query` is carried along; the workspace is asked for only where there are several."""

    query = forms.CharField(required=False, widget=forms.HiddenInput)
    workspace = forms.ChoiceField(label=_("Workspace"))
    is_shared = forms.BooleanField(label=_("Share it"), required=False)

    def __init__(self, *args: Any, places: list[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workspace"].choices = [(str(place.pk), place.name) for place in places]  # type: ignore[attr-defined]
        self.fields["workspace"].required = self.asks_workspace
        self._places = places

    def clean(self) -> None:
        """The person cannot mend a hidden field: what is wrong with it is said of the whole."""
        query = self.cleaned_data.get("query", "")
        if not query:
            raise ValidationError(_("Filter or sort the list first: a view keeps its filters and its order."))
        if len(query) > LONGEST_QUERY:
            raise ValidationError(_("These filters are too long to be saved."))

    @property
    def asks_workspace(self) -> bool:
        return len(self.fields["workspace"].choices) > 1  # type: ignore[attr-defined]

    @property
    def workspace_id(self) -> int:
        return int(self.cleaned_data["workspace"] or self._places[0].pk)
