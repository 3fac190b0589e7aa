"""Choosing what to restore: versions of policies, or what was there before a restore."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.restores import drafting
from tenantpilot.restores.drafting import (
    CannotDraft,
    draft_of_versions,
    draft_to_undo,
    kept_versions,
    newest_version_of_each,
)
from tenantpilot.restores.repeating import draft_of_failed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.restores.shown import restore_of
from tenantpilot.web.restores.targets import chosen_target, target_facts
from tenantpilot.web.restores.views import refused
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.policy_selection import hidden_fields, narrowed, policy_selection
from tenantpilot.web.ui.tables.bulk import chosen_ids

MOST_LISTED = 200
MOST_VERSIONS = 20
NAMES_SHOWN = 10


@dataclass(frozen=True)
class Offered:
    """A policy, and its versions to choose one of."""

    policy: Policy
    versions: list[PolicyVersion]
    chosen: int


@dataclass(frozen=True)
class Many:
    """More policies than are listed with their versions: the newest version of each is restored.

    `restorable` of them have a version, which a restore may hold unless `is_too_many`. `fields` send the selection.
    """

    count: int
    without_version: int
    restorable: int
    is_too_many: bool
    most: int
    first_policies: list[Policy]
    fields: list[tuple[str, Any]]
    is_filter: bool


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_PREVIEW)
def new_restore(request: TenantRequest) -> HttpResponse:
    """GET shows the chosen policies, few of them with their versions; POST prepares the restore."""
    selection = policy_selection(request, "policy", beside=("version", "target", "newest"))
    if request.method == "POST":
        return _draft(request, selection)
    return _ask(request, chosen_ids(request.GET, "version"), selection)


@require_POST
@requires(Capability.RESTORE_PREVIEW)
def undo(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Prepare a restore of what was there before this one."""
    restore = restore_of(request, restore_id)
    source = _("Undo of %(restore)s") % {"restore": restore.source}
    try:
        draft = draft_to_undo(restore, source=source, actor=request.user, now=timezone.now())
    except CannotDraft as error:
        return refused(request, restore_id, str(error))
    return redirect("restore-scope", request.tenant.slug, draft.pk)


@require_POST
@requires(Capability.RESTORE_PREVIEW)
def repeat(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Prepare a restore of the items that this one could not restore."""
    restore = restore_of(request, restore_id)
    try:
        draft = draft_of_failed(restore, source=restore.source, actor=request.user, now=timezone.now())
    except CannotDraft as error:
        return refused(request, restore_id, str(error))
    return redirect("restore-preview", request.tenant.slug, draft.pk)


def _draft(request: TenantRequest, selection: Selection) -> HttpResponse:
    """Prepare the restore of the versions that the form names or, where it says so, of the newest of each policy."""
    target = chosen_target(request)
    try:
        if parameters.is_sent(request.POST, "newest"):
            versions = newest_version_of_each(_policies(request, selection))
        else:
            versions = kept_versions(request.tenant, chosen_ids(request.POST, "version"))
        draft = draft_of_versions(
            tenant=target,
            versions=versions,
            source=_source_of(versions),
            actor=request.user,
            now=timezone.now(),
        )
    except CannotDraft as error:
        return _ask(request, [], selection, problem=str(error))
    return redirect("restore-preview", target.slug, draft.pk)


def _source_of(versions: list[PolicyVersion]) -> str:
    if not versions:
        return ""
    first = versions[0]
    name = _("%(policy)s, version %(number)d") % {"policy": first.policy.name[:120], "number": first.number}
    more = len(versions) - 1
    if not more:
        return name
    return ngettext("%(name)s and %(more)d more", "%(name)s and %(more)d more", more) % {"name": name, "more": more}


def _ask(request: TenantRequest, version_ids: list[int], selection: Selection, problem: str = "") -> HttpResponse:
    """Show the chosen policies: up to MOST_LISTED each with its versions, more of them as a number with some names."""
    policies = _policies(request, selection)
    count = len(version_ids) + policies.count()
    is_long = count > MOST_LISTED
    context = {
        "heading": _("New restore"),
        "offered": [] if is_long else _offered(request, version_ids, policies),
        "many": _many(policies, selection) if is_long else None,
        "problem": problem or _fault(request, selection, len(version_ids), policies.count()),
        **target_facts(request),
        "back": page_before(request, otherwise=reverse("restores", args=[request.tenant.slug])),
    }
    template = "web/restores/new_of_many.html" if is_long and not version_ids else "web/restores/new.html"
    return render(request, template, context, status=422 if problem else 200)


def _fault(request: TenantRequest, selection: Selection, version_count: int, policy_count: int) -> str:
    """Return the reason why something of what was chosen is not shown; empty where all of it is."""
    if version_count and version_count + policy_count > MOST_LISTED:
        words = _("At most %(most)d versions are shown here. Restore more of them from a backup.")
        return words % {"most": MOST_LISTED}
    if parameters.is_sent(request.GET, "matching") and not policy_count:
        return _("No policies match the filters of the list. Choose again.")
    missing = 0 if isinstance(selection, PolicyFilter) else len(set(selection)) - policy_count
    words = ngettext(
        "%(number)d of the chosen policies is not there any more.",
        "%(number)d of the chosen policies are not there any more.",
        missing,
    )
    return words % {"number": missing} if missing else ""


def _policies(request: TenantRequest, selection: Selection) -> PolicyQuerySet:
    return narrowed(Policy.objects.of_tenant(request.tenant), selection)


def _many(policies: PolicyQuerySet, selection: Selection) -> Many:
    count, without_version = policies.count(), policies.filter(versions=None).count()
    return Many(
        count=count,
        without_version=without_version,
        restorable=count - without_version,
        is_too_many=count - without_version > drafting.MOST_ITEMS,
        most=drafting.MOST_ITEMS,
        first_policies=list(policies.by_name().only("name", "type", "tenant")[:NAMES_SHOWN]),
        fields=hidden_fields(selection, "policy"),
        is_filter=isinstance(selection, PolicyFilter),
    )


def _offered(request: TenantRequest, version_ids: list[int], policies: PolicyQuerySet) -> list[Offered]:
    """Return the policies with their newest versions; the newest is chosen unless another one was named."""
    versions = PolicyVersion.objects.of_tenant(request.tenant)
    named = dict(versions.filter(pk__in=version_ids).values_list("policy_id", "pk"))
    keys = [*named, *policies.values_list("pk", flat=True)]
    policies = Policy.objects.of_tenant(request.tenant).filter(pk__in=keys).by_name().only("name", "type", "tenant")
    by_policy: dict[int, list[PolicyVersion]] = {}
    offered_versions = versions.without_repeated() | versions.filter(pk__in=version_ids)
    rows = offered_versions.filter(policy__in=keys).order_by("policy_id", "-number").defer("names", "actors")
    for version in rows:
        by_policy.setdefault(version.policy_id, []).append(version)
    return [
        Offered(policy, _shortened(own, named.get(policy.pk)), named.get(policy.pk, own[0].pk if own else 0))
        for policy in policies
        for own in [by_policy.get(policy.pk, [])]
    ]


def _shortened(versions: list[PolicyVersion], chosen: int | None) -> list[PolicyVersion]:
    """Return the newest versions, and the chosen one wherever it stands."""
    return [version for place, version in enumerate(versions) if place < MOST_VERSIONS or version.pk == chosen]
