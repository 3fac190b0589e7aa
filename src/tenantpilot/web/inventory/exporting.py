"""Inventory: exporting policies as files, one or all that match the list's filters."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.inventory.models import PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, operation_started, started_from_form
from tenantpilot.web.inventory.ignoring import SHOWN, chosen_policies, hidden_fields, selection_of


class LayoutForm(forms.Form):
    """The form of the layout of an archive."""

    layout = forms.ChoiceField(
        label=_("Layout"),
        choices=LayoutKey.choices,
        initial=LayoutKey.INTUNECD,
        error_messages={"required": _("Choose a layout."), "invalid_choice": _("Choose one of the layouts.")},
    )


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_EXPORT)
def export_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be exported (UX-32); POST starts it."""
    if request.method != "POST":
        return _ask(request, selection_of(request, request.GET), LayoutForm())
    selection, form = selection_of(request, request.POST), LayoutForm(request.POST)
    if not selection:
        return redirect("inventory", request.tenant.slug)
    if not form.is_valid():
        return _ask(request, selection, form, status=422)
    layout = LayoutKey(form.cleaned_data["layout"])
    try:
        started = start_export(
            tenant=request.tenant, initiator=request.user, selection=selection, layout=layout, now=timezone.now()
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return (
        operation_started(request, started)
        if request.htmx
        else started_from_form(request, started, to=reverse("files"))
    )


def _ask(request: TenantRequest, selection: Selection, form: LayoutForm, *, status: int = 200) -> HttpResponse:
    chosen = chosen_policies(request, selection)
    count, without = chosen.count(), _without_version(chosen)
    words = ngettext("Export %(count)d policy of %(tenant)s?", "Export %(count)d policies of %(tenant)s?", count)
    context = {
        "heading": words % {"count": count, "tenant": request.tenant.name},
        "count": count,
        "unchanged": 0,
        "without_version": without,
        "may_capture": request.access.may(Capability.POLICY_CAPTURE),
        "shown": list(chosen.by_name().only("name")[:SHOWN]),
        "is_filter": isinstance(selection, PolicyFilter),
        "fields": hidden_fields(selection),
        "form": form,
        "back": page_before(request, otherwise=reverse("inventory", args=[request.tenant.slug])),
    }
    return render(request, "web/inventory/export.html", context, status=status)


def _without_version(chosen: PolicyQuerySet) -> int:
    return int(chosen.filter(versions=None).count())
