"""Settings → Tenant → Emergency accounts: who must always be able to sign in."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.emergency import LEAST, CannotChoose, Chosen, emergency_accounts, set_emergency_accounts
from tenantpilot.tenancy.emergency_accounts import EmergencyKind
from tenantpilot.tenancy.fitting import DoesNotFit
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.ui import parameters

MOST = 20
SPARE = 2
EMPTY = Chosen(EmergencyKind.USER.value, "", "")


@dataclass(frozen=True)
class Row:
    """A row of the form, with its number for people."""

    number: int
    entry: Chosen


@require_http_methods(["GET", "POST"])
@requires(Capability.TENANT_MANAGE)
def emergency_accounts_page(request: TenantRequest) -> HttpResponse:
    """Show the emergency accounts, or set them all."""
    if request.method != "POST":
        return _page(request, [Chosen(row.kind, row.graph_id, row.name) for row in emergency_accounts(request.tenant)])
    entries = _entries(request)
    chosen = [entry for entry in entries if entry.graph_id or entry.name]
    try:
        set_emergency_accounts(request.tenant, chosen, actor=request.user, now=timezone.now())
    except (CannotChoose, DoesNotFit) as error:
        return _page(request, chosen, problem=str(error))
    return redirect(reverse("emergency-accounts", args=[request.tenant.slug]) + "?kept=1")


def _entries(request: TenantRequest) -> list[Chosen]:
    columns = [parameters.texts(request.POST, name)[:MOST] for name in ("kind", "graph_id", "name")]
    rows = zip(*([parameters.printable(text[:800])[:200] for text in column] for column in columns), strict=False)
    return [Chosen(*row) for row in rows]


def _page(request: TenantRequest, chosen: list[Chosen], *, problem: str = "") -> HttpResponse:
    entries = [*chosen, *([EMPTY] * max(SPARE, LEAST + SPARE - len(chosen)))][:MOST]
    context = {
        "heading": _("Emergency accounts"),
        "rows": [Row(number, entry) for number, entry in enumerate(entries, 1)],
        "kinds": EmergencyKind.choices,
        "problem": problem,
        "is_empty": not chosen,
        "is_kept": parameters.is_sent(request.GET, "kept") and not problem,
    }
    return render(request, "web/tenants/emergency.html", context, status=422 if problem else 200)
