"""Forms of a tenant."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.models import Tenant, Workspace
from tenantpilot.web.ui.directory_form import DirectoryForm
from tenantpilot.web.ui.names import NameField


class TenantForm(DirectoryForm):
    """A new tenant: its name and its directory."""

    name = NameField(label=_("Name"), max_length=120, help_text=_("The name that people see, such as Contoso Ltd."))
    workspace = forms.ChoiceField(label=_("Workspace"), required=False)

    field_order = ("workspace", "name", "entra_tenant_id", "cloud")

    def __init__(self, *args: Any, workspaces: Iterable[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workspaces = {str(workspace.pk): workspace for workspace in workspaces}
        choices = [(key, workspace.name) for key, workspace in self._workspaces.items()]
        self.fields["workspace"].choices = choices  # type: ignore[attr-defined]

    @property
    def has_choice(self) -> bool:
        return len(self._workspaces) > 1

    @property
    def home(self) -> Workspace:
        """Return the chosen workspace, or the only one."""
        chosen = self.cleaned_data.get("workspace")
        return self._workspaces[chosen] if chosen else next(iter(self._workspaces.values()))


class NameForm(forms.Form):
    """A name for people."""

    name = NameField(label=_("Name"), max_length=120)


def free_slug(name: str) -> str:
    """Return a short name for addresses that no tenant of the installation has, made from the name for people."""
    base = slugify(name)[:50].strip("-_") or "tenant"
    with everything():
        used_slugs = set(Tenant.everywhere.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(used_slugs) + 3))
    return base if base not in used_slugs else next(slug for slug in numbered if slug not in used_slugs)
