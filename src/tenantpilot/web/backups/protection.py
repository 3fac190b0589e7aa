"""The protection of a tenant, and of all tenants that a person may see."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tenantpilot.backups.days import days_of_tenant, days_of_tenants
from tenantpilot.backups.models import BackupRetention
from tenantpilot.backups.protection import protection_of, shown_of, with_protection
from tenantpilot.backups.retaining.services import waiting_changes
from tenantpilot.restores.drills import newest_report, with_drills
from tenantpilot.restores.models import RestoreDrill
from tenantpilot.restores.second_person.models import RestoreRule
from tenantpilot.restores.second_person.rules import rule_of
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.backups.trend import asked_days, trend_of_tenant, trend_of_workspace
from tenantpilot.web.backups.views import may
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest, requires, visible_tenants, workspace_plane
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table
from tenantpilot.web.ui.tables.listing import Listing, listing


class TenantFilters(Filters):
    """By a part of the name, and by whether there is a good set."""

    q = django_filters.CharFilter(label=gettext_lazy("Name"), field_name="name", lookup_expr="icontains")
    good = django_filters.ChoiceFilter(
        label=gettext_lazy("Good set"),
        choices=[("yes", gettext_lazy("There is one")), ("no", gettext_lazy("There is none"))],
        empty_label=gettext_lazy("With and without"),
        method="by_good",
    )

    class Meta:
        model = Tenant
        fields: list[str] = []

    def by_good(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(has_good=value == "yes")


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s tenant", "%(figure)s tenants", count) % {"figure": figure}


PROTECTION = Table(
    name="protection",
    caption=gettext_lazy("Protection of tenants"),
    columns=(
        Column(gettext_lazy("Name"), sort="name"),
        Column(gettext_lazy("Protection")),
        Column(gettext_lazy("Last good set")),
        Column(gettext_lazy("Policies in it"), css="number"),
        Column(gettext_lazy("Policies in care"), css="number"),
        Column(gettext_lazy("Restorable"), css="number to-end"),
    ),
    sorts={"name": Sort("name")},
    default_sort="name",
    filters=TenantFilters,
    rows="web/backups/protection_rows.html",
    counted=_counted,
    search_label=gettext_lazy("Search name"),
    empty=Empty(
        title=gettext_lazy("No tenants yet"),
        text=gettext_lazy("An owner of the workspace adds tenants."),
        nothing_matches=gettext_lazy("No tenants match these filters"),
        icon="shield",
    ),
)


@require_GET
@requires(Capability.BACKUP_VIEW)
def protection(request: TenantRequest) -> HttpResponse:
    """Return the last good set, what it covers and what not, the newest drill, and what waits to keep less."""
    now = timezone.now()
    context = {
        "heading": _("Protection"),
        "protection": protection_of(request.tenant, now=now),
        "trend": trend_of_tenant(days_of_tenant(request.tenant, days=asked_days(request), now=now), path=request.path),
        **_rare_facts(request.tenant, now=now),
        **may(request, run=Capability.BACKUP_RUN, drill=Capability.BACKUP_VERIFY, schedule=Capability.SCHEDULE_MANAGE),
    }
    return render(request, "web/backups/protection.html", context)


def _rare_facts(tenant: Tenant, *, now: datetime) -> dict[str, Any]:
    """Return the waiting changes, the newest drill and the rule of a second person. One query for a tenant without."""
    waiting = BackupRetention.everywhere.filter(tenant=OuterRef("pk"), waits_until__gt=now)
    drills = RestoreDrill.everywhere.finished().filter(tenant=OuterRef("pk"))
    rules = RestoreRule.everywhere.filter(tenant=OuterRef("pk"))
    existence = Tenant.everywhere.filter(pk=tenant.pk).values_list(Exists(waiting), Exists(drills), Exists(rules))
    waits, has_drill, has_rule = existence.get()
    return {
        "waiting": waiting_changes(tenant, now=now) if waits else [],
        "report": newest_report(tenant) if has_drill else None,
        "rule": rule_of(tenant, now=now) if has_rule else None,
    }


@require_GET
@workspace_plane
def workspace_protection(request: WorkspaceRequest) -> HttpResponse:
    """Return the protection of every tenant whose backups the person may see."""
    now = timezone.now()
    visible = visible_tenants(request.user, Capability.BACKUP_VIEW)
    tenants = Tenant.everywhere.filter(pk__in=visible, archived_at=None)
    rows = with_drills(with_protection(tenants, now=now))
    days = days_of_tenants(tenants.values("pk"), days=asked_days(request), now=now)
    context = {
        "heading": _("Protection"),
        "trend": trend_of_workspace(days, tenants=tenants.count(), path=request.path),
    }

    def with_shown(page: Listing) -> dict[str, Any]:
        protection_by_tenant = shown_of(page.rows, now=now)
        return {"lines": [(tenant, protection_by_tenant[tenant.pk]) for tenant in page.rows]}

    return listing(request, PROTECTION, rows, "web/backups/workspace_protection.html", context, beside=with_shown)
