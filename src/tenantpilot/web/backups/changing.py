"""Changing a set that was made by hand: the picker, adding policies and removing some."""

from typing import Any

from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.operations import BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.requests import RevisionInputs
from tenantpilot.backups.services import SetBusy, start_revision
from tenantpilot.backups.states import ChainKind
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import MOST_CHOSEN, PolicyFilter, Selection
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.web.backups.finding import set_or_404
from tenantpilot.web.backups.selecting import SHOWN, member_ids
from tenantpilot.web.backups.tables import PICKER, MemberFilters
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.policy_selection import hidden_fields, narrowed, policy_selection
from tenantpilot.web.ui.tables.bulk import Action, bulk_of, chosen_ids
from tenantpilot.web.ui.tables.listing import listing


@require_GET
@requires(Capability.BACKUP_MANAGE)
def picker(request: TenantRequest, set_id: int) -> HttpResponse:
    """Return the policies of the tenant, and which of them the set holds."""
    backup_set = _manual(request, set_id)
    address = reverse("add-to-backup-set", args=[request.tenant.slug, backup_set.pk])
    label, fitting = gettext_lazy("Add to the set"), gettext_lazy("{0} of {1} can be added")
    action = Action("add", label, "list-plus", address, fitting, lambda row: row.in_set != "held")
    context = {
        "heading": _("Add policies to %(set)s") % {"set": backup_set.chain.name},
        "set": backup_set,
        "bulk": bulk_of("policy", action),
    }
    return listing(request, PICKER, _with_place(request, backup_set), "web/backups/picker.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_MANAGE)
def add(request: TenantRequest, set_id: int) -> HttpResponse:
    """GET shows what would be added; POST starts it."""
    selection = policy_selection(request, "policy")
    if isinstance(selection, PolicyFilter):
        selection = PolicyFilter(q=selection.q, type=selection.type, presence="present")
    return _revise(request, _manual(request, set_id), BACKUP_SET_ADD_POLICIES, selection)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_MANAGE)
def remove(request: TenantRequest, set_id: int) -> HttpResponse:
    """GET shows what would be removed; POST starts it. The versions stay."""
    backup_set = _manual(request, set_id)
    selection = chosen_ids(parameters.of_request(request), "policy")
    return _revise(request, backup_set, BACKUP_SET_REMOVE_POLICIES, selection or _of_members(request, backup_set))


def _of_members(request: TenantRequest, backup_set: BackupSet) -> list[int]:
    """Return the policies of the chosen members of a set, or of all that match the filters of its list.

    Filters that the list cannot read select nothing. At most MOST_CHOSEN, and the question says how many.
    """
    members = members_of_set(backup_set)
    if parameters.is_sent(request.GET, "matching"):
        filters = MemberFilters(request.GET, queryset=members)
        matching = filters.qs if filters.is_valid() else members.none()
    else:
        matching = members.filter(pk__in=member_ids(request))
    return list(matching.order_by("pk").values_list("policy_id", flat=True)[:MOST_CHOSEN])


def _revise(
    request: TenantRequest, backup_set: BackupSet, operation_type: OperationType[RevisionInputs], selection: Selection
) -> HttpResponse:
    page = reverse("backup-set", args=[request.tenant.slug, backup_set.pk])
    if not selection:
        return redirect(page)
    busy = None
    if request.method == "POST":
        try:
            now = timezone.now()
            started = start_revision(
                operation_type, backup_set=backup_set, initiator=request.user, selection=selection, now=now
            )
            return started_from_form(request, started, to=page)
        except DispatchFailed as error:
            return could_not_start(request, error.run)
        except SetBusy as error:
            busy = error.run
    is_adding = operation_type is BACKUP_SET_ADD_POLICIES
    policies = narrowed(Policy.objects.of_tenant(request.tenant), selection)
    count = policies.count()
    context: dict[str, Any] = {
        "heading": _question(count, backup_set, is_adding=is_adding),
        "set": backup_set,
        "count": count,
        "shown": list(policies.by_name().only("name")[:SHOWN]),
        "fields": hidden_fields(selection, "policy"),
        "is_adding": is_adding,
        "busy": busy,
        "back": page,
    }
    return render(request, "web/backups/revise.html", context, status=409 if busy else 200)


def _question(count: int, backup_set: BackupSet, *, is_adding: bool) -> str:
    add = ngettext("Add %(count)d policy to %(set)s?", "Add %(count)d policies to %(set)s?", count)
    remove = ngettext("Remove %(count)d policy from %(set)s?", "Remove %(count)d policies from %(set)s?", count)
    return (add if is_adding else remove) % {"count": count, "set": backup_set.chain.name}


def _with_place(request: TenantRequest, backup_set: BackupSet) -> PolicyQuerySet:
    held = BackupMember.objects.filter(chain=backup_set.chain, policy=OuterRef("pk"), to_seq=None)
    newest = PolicyVersion.objects.filter(policy=OuterRef("pk")).order_by("-number")
    policies: PolicyQuerySet = Policy.objects.of_tenant(request.tenant).present().defer("properties", "description")
    with_versions = policies.annotate(
        held_version=Subquery(held.values("version")[:1]), newest_version=Subquery(newest.values("pk")[:1])
    )
    place = Case(
        When(held_version=None, then=Value("absent")),
        When(held_version=F("newest_version"), then=Value("held")),
        default=Value("older"),
    )
    return with_versions.annotate(in_set=place)


def _manual(request: TenantRequest, set_id: int) -> BackupSet:
    """Raises Http404 for a set of a schedule, in the trash, or without content: nobody changes it."""
    backup_set = set_or_404(request, set_id)
    if backup_set.chain.kind != ChainKind.MANUAL or backup_set.trashed_at is not None or not backup_set.has_content:
        raise Http404
    return backup_set
