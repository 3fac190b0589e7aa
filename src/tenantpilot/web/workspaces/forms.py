"""Forms of a workspace."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.addresses import AddressRefused, canonical
from tenantpilot.tenancy.models import Workspace
from tenantpilot.web.ui.names import NameField


class WorkspaceNameForm(forms.Form):
    """The name of a workspace for people."""

    name = NameField(label=_("Name"), max_length=120, help_text=_("The name of the company or team, as people see it."))


class OwnerForm(forms.Form):
    """The address of the first owner."""

    email = forms.CharField(
        label=_("E-mail address of its owner"),
        max_length=254,
        help_text=_("The owner invites everybody else. You get a link to send on."),
    )

    def clean_email(self) -> str:
        try:
            return canonical(self.cleaned_data["email"])
        except AddressRefused as error:
            raise ValidationError(str(error)) from None


class WorkspaceForm(WorkspaceNameForm, OwnerForm):
    """A new workspace and its first owner."""

    field_order = ("name", "email")


def free_slug(name: str) -> str:
    """Return a short name that no workspace has, made from the name for people."""
    base = slugify(name)[:50].strip("-_") or "workspace"
    used_slugs = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(used_slugs) + 3))
    return base if base not in used_slugs else next(slug for slug in numbered if slug not in used_slugs)
