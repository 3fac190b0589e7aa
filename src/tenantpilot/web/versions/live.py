"""A version compared with what its tenant has now: an operation reads the policy, since a page calls nothing remote."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.operations import POLICY_CAPTURE
from tenantpilot.versions.services import start_capture
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.ui import parameters
from tenantpilot.web.versions.differing import Differences, differences_of

READ = (ItemState.SUCCEEDED, ItemState.UNCHANGED)


@dataclass(frozen=True)
class Reading:
    """The operation that read the policy, and what came of it. `live` is the version that says what was read."""

    run: OperationRun
    item: RunItem | None
    live: PolicyVersion | None

    @property
    def is_gone(self) -> bool:
        """Return True if the tenant has no such object any more."""
        return self.item is not None and self.item.reason_code == "policy_missing"

    @property
    def read_at(self) -> datetime | None:
        """Return the time of the reading: that of a new version, else the end of the operation."""
        is_new = self.live is not None and self.live.run_id == self.run.pk
        return self.live.read_at if self.live and is_new else self.run.completed_at


@require_GET
@requires(Capability.INVENTORY_VIEW)
def live_comparison(request: TenantRequest, policy_id: int, number: int) -> HttpResponse:
    """Return the differences of a version and what an operation has just read; the operation is named by the query."""
    version = _version(request, policy_id, number)
    reading = _reading(request, version.policy)
    live = reading.live if reading else None
    context = {
        "heading": _("Compare version %(number)d of %(policy)s with live")
        % {"number": number, "policy": version.policy.name},
        "policy": version.policy,
        "version": version,
        "reading": reading,
        "differences": differences_of(version, live) if live else Differences(),
        **_may(request),
    }
    return render(request, "web/versions/live.html", context)


@require_POST
@requires(Capability.POLICY_CAPTURE)
def read_live(request: TenantRequest, policy_id: int, number: int) -> HttpResponse:
    """Start the operation that reads the policy, and lead to the comparison with what it reads."""
    version = _version(request, policy_id, number)
    try:
        started = start_capture(
            tenant=request.tenant, initiator=request.user, selection=[version.policy_id], now=timezone.now()
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    page = reverse("policy-live-comparison", args=[request.tenant.slug, policy_id, number])
    return started_from_form(request, started, to=f"{page}?run={started.run.pk}")


def _version(request: TenantRequest, policy_id: int, number: int) -> PolicyVersion:
    policies = Policy.objects.of_tenant(request.tenant).filter(pk=policy_id)
    rows = PolicyVersion.objects.of_tenant(request.tenant).filter(policy__in=policies, number=number)
    version: PolicyVersion | None = rows.select_related("policy", "payload", "tenant").first()
    if version is None:
        raise Http404
    return version


def _reading(request: TenantRequest, policy: Policy) -> Reading | None:
    """Return the operation that the query names, if it read this policy; None where none is named. Raises Http404."""
    text = parameters.text(request.GET, "run", longest=18)
    if not text:
        return None
    captures = OperationRun.objects.of_tenant(request.tenant).filter(type=POLICY_CAPTURE.key)
    run = captures.filter(pk=int(text)).first() if text.isdecimal() else None
    if run is None:
        raise Http404
    item = RunItem.objects.of_run(run.pk).filter(key=str(policy.pk)).first()
    return Reading(run, item, _live(policy, run) if item and item.state in READ else None)


def _live(policy: Policy, run: OperationRun) -> PolicyVersion | None:
    """Return the version that held what the operation read: the newest one at its end."""
    versions = PolicyVersion.objects.of_policy(policy).newest_first()
    earlier_versions = versions.filter(read_at__lte=run.completed_at) if run.completed_at else versions
    return earlier_versions.select_related("policy", "payload", "tenant").first()


def _may(request: TenantRequest) -> dict[str, Any]:
    return {
        "may_capture": request.access.may(Capability.POLICY_CAPTURE),
        "why_not_capture": request.access.why_not(Capability.POLICY_CAPTURE),
    }
