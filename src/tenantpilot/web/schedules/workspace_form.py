"""The form of a schedule of a whole workspace."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.core.sanitizing import screened
from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.models import Workspace
from tenantpilot.web.schedules.cadence_form import CadenceForm
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.saved_views.models import SavedView

EVERY, NAMED, VIEW = "every", "named", "view:"
_TENANTS = [
    (EVERY, gettext_lazy("Every tenant, and each that is added later")),
    (NAMED, gettext_lazy("Those whose name contains a text")),
]


class WorkspaceScheduleForm(CadenceForm):
    """The workspace is asked for only where there are several. All tenants are chosen in so many words (UX-96).

    Of a saved view its filters are kept, as they are now: who changes the view later changes no schedule.
    """

    workspace = forms.ChoiceField(label=gettext_lazy("Workspace"))
    operation = forms.ChoiceField(label=gettext_lazy("Operation"))
    tenants = forms.ChoiceField(label=gettext_lazy("Tenants"), choices=_TENANTS, initial=EVERY)
    q = forms.CharField(
        label=gettext_lazy("Text in the name"),
        max_length=120,
        required=False,
        strip=True,
        help_text=gettext_lazy("Counts for chosen tenants. Tenants with such a name join by themselves."),
    )
    capture = forms.BooleanField(
        label=gettext_lazy("Capture what changed"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )

    def __init__(
        self,
        *args: Any,
        places: list[Workspace],
        kinds: list[OperationType[TenantsInputs]],
        views: Iterable[SavedView],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places, self._kinds = places, {operation_type.key: operation_type for operation_type in kinds}
        self._views = {f"{VIEW}{view.pk}": view for view in views}
        saved = [(key, _("Saved view: %(name)s") % {"name": view.name}) for key, view in self._views.items()]
        self.fields["tenants"].choices = [*_TENANTS, *saved]  # type: ignore[attr-defined]
        self.fields["workspace"].choices = [(str(place.pk), place.name) for place in places]  # type: ignore[attr-defined]
        self.fields["workspace"].required = self.asks_workspace
        operations = [(operation_type.key, operation_type.label) for operation_type in kinds]
        self.fields["operation"].choices = operations  # type: ignore[attr-defined]
        self.fields["operation"].initial = TENANTS_SYNC.key

    def clean(self) -> None:
        super().clean()
        values = self.cleaned_data
        if not self.errors and values["tenants"] == NAMED and not values["q"]:
            raise ValidationError({"q": _("Write a part of the tenants' names, or choose every tenant.")})

    @property
    def asks_workspace(self) -> bool:
        return len(self._places) > 1

    @property
    def chosen_workspace(self) -> Workspace:
        key = self.cleaned_data["workspace"] or str(self._places[0].pk)
        return next(place for place in self._places if str(place.pk) == key)

    @property
    def kind(self) -> OperationType[TenantsInputs]:
        return self._kinds[self.cleaned_data["operation"]]

    @property
    def inputs(self) -> TenantsInputs:
        return TenantsInputs(TenantFilter(self._text), capture=self.cleaned_data["capture"])

    @property
    def _text(self) -> str:
        """Return the text that the tenants' names contain; empty for every tenant."""
        chosen = self.cleaned_data["tenants"]
        if chosen in self._views:
            return parameters.text(QueryDict(self._views[chosen].query), "q")
        return screened(self.cleaned_data["q"]) if chosen == NAMED else ""
