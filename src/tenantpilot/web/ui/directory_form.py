"""The fields that name a directory at Microsoft, for the pages that add a tenant and that mend it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenantpilot.graph.clouds import CLOUDS, GLOBAL, Cloud, cloud_of
from tenantpilot.tenancy.models import Tenant


class DirectoryForm(forms.Form):
    """The directory's id and the cloud that it lives in."""

    entra_tenant_id = forms.UUIDField(
        label=_("Directory (tenant) id"),
        help_text=_("Entra shows it on the overview page of the directory."),
        error_messages={"invalid": _("Copy the tenant id from the overview page in Entra: 36 characters with dashes.")},
    )
    cloud = forms.ChoiceField(
        label=_("Cloud"), choices=[(cloud.name, cloud.label) for cloud in CLOUDS], initial=GLOBAL.name
    )

    @classmethod
    def of(cls, tenant: Tenant) -> "DirectoryForm":
        facts: dict[str, Any] = {"entra_tenant_id": tenant.entra_tenant_id, "cloud": cloud_of(tenant.graph_url).name}
        return cls(initial=facts)

    @property
    def chosen_cloud(self) -> Cloud:
        return next(cloud for cloud in CLOUDS if cloud.name == self.cleaned_data["cloud"])
