"""The forms behind one-time links."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy.addresses import canonical
from tenantpilot.tenancy.fitting import fitted
from tenantpilot.tenancy.models import User, Workspace
from tenantpilot.web.ui.names import NameField

LONGEST_PASSWORD = 1024


class PasswordForm(forms.Form):
    """A new password, twice. It may not be like the address or the name."""

    password = forms.CharField(label=gettext_lazy("Password"), max_length=LONGEST_PASSWORD, strip=False)
    again = forms.CharField(label=gettext_lazy("Password again"), max_length=LONGEST_PASSWORD, strip=False)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person or User()

    def clean(self) -> None:
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))
        if password:
            self._refuse_weak(password)

    def _refuse_weak(self, password: str) -> None:
        person = User(
            email=self.cleaned_data.get("email") or self.person.email,
            display_name=self.cleaned_data.get("name") or self.person.display_name,
        )
        try:
            validate_password(password, user=person)
        except ValidationError as error:
            self.add_error("password", error)


class NewPersonForm(PasswordForm):
    """A person who comes in for the first time."""

    name = NameField(label=gettext_lazy("Your name"), max_length=120)
    field_order = ("workspace", "name", "email", "password", "again")

    def clean_name(self) -> str:
        return _fitting(User, display_name=self.cleaned_data["name"])


class SetupForm(NewPersonForm):
    """The first owner and their workspace."""

    workspace = NameField(label=gettext_lazy("Name of your company or team"), max_length=120)
    email = forms.CharField(label=gettext_lazy("Your e-mail address"), max_length=254)

    def clean_workspace(self) -> str:
        return _fitting(Workspace, name=self.cleaned_data["workspace"])

    def clean_email(self) -> str:
        try:
            return canonical(self.cleaned_data["email"])
        except TenantPilotError as error:
            raise ValidationError(str(error)) from None


def _fitting(model: Any, **text: str) -> str:
    try:
        return fitted(model, **text)[0]
    except TenantPilotError as error:
        raise ValidationError(str(error)) from None
