"""Choosing what of a backup set is restored: all of it, all of some types, and single policies.

The form carries what was chosen from search to search and from page to page, so that it works without script.
"""

import json
from collections import Counter
from dataclasses import dataclass, replace

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.inventory import policy_types
from tenantpilot.restores import drafting
from tenantpilot.restores.drafting import CannotDraft, draft_of_set
from tenantpilot.restores.set_selection import SetSelection
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersionQuerySet
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.restores.targets import chosen_target, target_facts
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import LONGEST_ID, chosen_ids
from tenantpilot.web.ui.tables.cursor import Order, Page, page, unpack
from tenantpilot.web.ui.tables.declaration import Sort

SHOWN = 100
MOST_CARRIED = 15_000
LONGEST_TYPE = 64
BY_NAME = Order("name", Sort("policy__name"), is_descending=False)


@dataclass(frozen=True)
class TypeRow:
    """A policy type of the set with the number of its policies."""

    key: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Search:
    """The part of the set that is listed: by a part of the name, by type, and the place in that list."""

    name: str
    policy_type: str
    place: str

    @property
    def is_narrow(self) -> bool:
        return bool(self.name or self.policy_type)

    def narrow(self, versions: PolicyVersionQuerySet) -> PolicyVersionQuerySet:
        of_type = versions.filter(policy__type=self.policy_type) if self.policy_type else versions
        return of_type.filter(policy__name__icontains=self.name) if self.name else of_type


@dataclass(frozen=True)
class SetForm:
    """The form as it is shown.

    `carried` are the chosen policies that are not on this page of the list, `carried_by_type` counts them for the
    script. `most` is the number of policies that a restore holds at most.
    """

    backup_set: BackupSet
    total: int
    types: list[TypeRow]
    search: Search
    matching: int
    page: Page
    selection: SetSelection
    carried: str
    carried_by_type: str
    chosen_count: int
    most: int

    @property
    def is_too_many(self) -> bool:
        return self.total > self.most

    @property
    def can_add(self) -> bool:
        """Return True if all that match the search can be chosen at once."""
        return self.search.is_narrow and 0 < self.matching <= self.most


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_PREVIEW)
def restore_of_set(request: TenantRequest, set_id: int) -> HttpResponse:
    """GET shows what a backup set holds; POST searches in it, or prepares a restore of what was chosen alone."""
    sets = BackupSet.objects.of_tenant(request.tenant).kept().select_related("tenant", "chain")
    backup_set = sets.filter(pk=set_id).first()
    if backup_set is None:
        raise Http404
    selection = _selection(request)
    if request.method == "GET" or parameters.is_sent(request.POST, "step") or parameters.is_sent(request.POST, "at"):
        return _ask(request, backup_set, _after_step(request, backup_set, selection))
    target = chosen_target(request)
    try:
        draft = draft_of_set(
            tenant=target,
            backup_set=backup_set,
            selection=selection,
            source=_("Backup %(name)s") % {"name": backup_set.chain.name},
            actor=request.user,
            now=timezone.now(),
        )
    except CannotDraft as error:
        return _ask(request, backup_set, selection, problem=str(error))
    return redirect("restore-preview", target.slug, draft.pk)


def _selection(request: TenantRequest) -> SetSelection:
    """Return the choice that the form sends, with what it carries along from other pages of the list.

    More than any form of ours carries cannot be read, and selects nothing.
    """
    carried = parameters.as_sent(request.POST, "carried").split(",")
    keys = {int(text) for text in carried if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID}
    keys |= set(chosen_ids(request.POST, "policy"))
    types = (parameters.printable(text[:LONGEST_TYPE]) for text in parameters.texts(request.POST, "of_type"))
    return SetSelection(
        is_whole=parameters.is_sent(request.POST, "whole"),
        types=frozenset(types),
        policies=frozenset(keys if len(keys) <= MOST_CARRIED else ()),
    )


def _after_step(request: TenantRequest, backup_set: BackupSet, selection: SetSelection) -> SetSelection:
    """Return the selection once the button was pressed: with all that match the search, or with nothing."""
    match parameters.text(request.POST, "step"):
        case "add":
            matching = _search(request).narrow(versions_of_set(backup_set)).values_list("policy", flat=True)
            return replace(selection, policies=selection.policies | set(matching[: drafting.MOST_ITEMS + 1]))
        case "clear":
            return SetSelection()
    return selection


def _search(request: TenantRequest) -> Search:
    """Return the search of the form or the address. Another search, or none, begins at its first page."""
    query = parameters.of_request(request)
    name, policy_type = parameters.text(query, "q"), parameters.text(query, "type", longest=LONGEST_TYPE)
    return Search(name, policy_type, parameters.as_sent(query, "at"))


def _ask(request: TenantRequest, backup_set: BackupSet, selection: SetSelection, problem: str = "") -> HttpResponse:
    context = {
        "heading": _("Restore from a backup"),
        "form": _form(backup_set, _search(request), selection),
        "problem": problem,
        **target_facts(request),
    }
    return render(request, "web/restores/new_of_set.html", context, status=422 if problem else 200)


def _form(backup_set: BackupSet, search: Search, selection: SetSelection) -> SetForm:
    versions = versions_of_set(backup_set)
    counts = _counts_by_type(versions)
    matching = search.narrow(versions)
    rows = matching.select_related("policy").defer("names", "actors")
    rows_of_page = page(rows, BY_NAME, unpack(search.place, BY_NAME), SHOWN)
    carried = selection.policies - {version.policy_id for version in rows_of_page.rows}
    carried_by_type = _counts_by_type(versions.filter(policy__in=carried)) if carried else Counter()
    return SetForm(
        backup_set=backup_set,
        total=counts.total(),
        types=[TypeRow(key, counts[key], key in selection.types) for key in sorted(counts, key=policy_types.label_of)],
        search=search,
        matching=matching.count() if search.is_narrow else counts.total(),
        page=rows_of_page,
        selection=selection,
        carried=",".join(str(key) for key in sorted(carried)),
        carried_by_type=json.dumps(carried_by_type),
        chosen_count=selection.narrow(versions).count(),
        most=drafting.MOST_ITEMS,
    )


def _counts_by_type(versions: PolicyVersionQuerySet) -> Counter[str]:
    rows = versions.order_by().values("policy__type").annotate(count=Count("pk"))
    return Counter(dict(rows.values_list("policy__type", "count")))
