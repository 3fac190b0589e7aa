"""The forms of people and members."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.addresses import AddressRefused, canonical
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.people.places import Place

ROLES = list(reversed(Role.choices))


class RoleForm(forms.Form):
    """A role."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)

    @property
    def chosen(self) -> Role:
        return Role(self.cleaned_data["role"])


class InvitationForm(RoleForm):
    """Somebody's address, and what they shall be. The weakest role stands first."""

    email = forms.CharField(label=_("E-mail address"), max_length=254)
    place = forms.ChoiceField(label=_("In"))
    field_order = ("email", "place", "role")

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        self.fields["place"].choices = [(key, _named(place)) for key, place in self.places.items()]  # type: ignore[attr-defined]
        self.fields["place"].required = self.asks_place

    @property
    def asks_place(self) -> bool:
        return len(self.places) > 1

    @property
    def chosen_place(self) -> Place:
        return self.places[self.cleaned_data["place"] or next(iter(self.places))]

    def clean_email(self) -> str:
        try:
            return canonical(self.cleaned_data["email"])
        except AddressRefused as error:
            raise ValidationError(str(error)) from None


class RecoveryForm(forms.Form):
    """The choice of secrets to replace: the password always."""

    removes_second_factor = forms.BooleanField(label=_("Remove the second factor as well"), required=False)


def _named(place: Place) -> str:
    if place.tenant is None:
        return str(_("%(name)s: every tenant") % {"name": place.name})
    return str(_("%(name)s alone") % {"name": place.name})
