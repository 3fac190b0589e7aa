"""The form of a tenant's schedule."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.backups.requests import ScheduledBackupInputs
from tenantpilot.backups.services import LONGEST_REASON
from tenantpilot.core.sanitizing import screened
from tenantpilot.core.stored import StoredData
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.inventory.policy_views import PolicyView
from tenantpilot.operations.types import OperationType
from tenantpilot.web.schedules.cadence_form import CadenceForm


def _types() -> list[tuple[str, Any]]:
    return [(policy_type.key, policy_type.label) for policy_type in policy_types.every()]


def _all_types() -> list[str]:
    return [policy_type.key for policy_type in policy_types.every()]


class ScheduleForm(CadenceForm):
    """The form of a tenant's schedule."""

    operation = forms.ChoiceField(label=gettext_lazy("Operation"))
    capture = forms.BooleanField(
        label=gettext_lazy("Capture what changed"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )

    policy_types = forms.MultipleChoiceField(
        label=gettext_lazy("Policy types"),
        choices=_types,
        initial=_all_types,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
    )
    left_out_reason = forms.CharField(
        label=gettext_lazy("Reason for what is left out"),
        max_length=LONGEST_REASON,
        required=False,
        strip=True,
        help_text=gettext_lazy("Needed only if a scheduled backup leaves a type out. It is shown with each set."),
    )

    view = forms.ChoiceField(
        label=gettext_lazy("Policies to back up"),
        required=False,
        help_text=gettext_lazy("A shared view of the policies names them anew each time, as the last sync saw them."),
    )

    def __init__(
        self, *args: Any, kinds: list[OperationType[Any]], views: Sequence[PolicyView] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._views = {str(view.key): view for view in views}
        choices = [("", _("All of the policy types below")), *((key, view.name) for key, view in self._views.items())]
        self.fields["view"].choices = choices  # type: ignore[attr-defined]
        self._kinds = {operation_type.key: operation_type for operation_type in kinds}
        operations = [(operation_type.key, operation_type.label) for operation_type in kinds]
        self.fields["operation"].choices = operations  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        values = self.cleaned_data
        if self.makes_backups and not self.errors and not values.get("view"):
            self._check_types(values["policy_types"], values["left_out_reason"])

    def _check_types(self, chosen: list[str], reason: str) -> None:
        if not chosen:
            raise ValidationError({"policy_types": _("Choose at least one policy type.")})
        if len(chosen) < len(policy_types.every()) and not reason:
            raise ValidationError({"left_out_reason": _("Write why the other types are left out.")})

    @property
    def offers_backups(self) -> bool:
        return any(operation_type.inputs is ScheduledBackupInputs for operation_type in self._kinds.values())

    @property
    def offers_views(self) -> bool:
        return self.offers_backups and bool(self._views)

    @property
    def makes_backups(self) -> bool:
        operation_type = self._kinds.get(self.cleaned_data.get("operation", ""))
        return operation_type is not None and operation_type.inputs is ScheduledBackupInputs

    @property
    def kind(self) -> OperationType[Any]:
        return self._kinds[self.cleaned_data["operation"]]

    @property
    def inputs(self) -> StoredData:
        """Return the inputs of the runs: those of the operation without a choice, but for what the form asks."""
        inputs: StoredData = self.kind.inputs()
        if isinstance(inputs, SyncInputs):
            return replace(inputs, capture=self.cleaned_data["capture"])
        if isinstance(inputs, ScheduledBackupInputs):
            return self._backup_inputs()
        return inputs

    def _backup_inputs(self) -> ScheduledBackupInputs:
        """Name no type where all are chosen: the backups then follow the types that later versions add."""
        if view := self._views.get(self.cleaned_data["view"]):
            return ScheduledBackupInputs(view=view.key, view_name=view.name)
        chosen = self.cleaned_data["policy_types"]
        if len(chosen) == len(policy_types.every()):
            return ScheduledBackupInputs()
        reason = screened(self.cleaned_data["left_out_reason"])[:LONGEST_REASON]
        return ScheduledBackupInputs(policy_types.chosen(chosen), reason)
