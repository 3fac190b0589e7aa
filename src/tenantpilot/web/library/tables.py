"""The tables of libraries and of the policies in one."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory import policy_types
from tenantpilot.versions.models import Library, LibraryPolicy
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class LibraryFilters(Filters):
    """By a part of the name."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")

    class Meta:
        model = Library
        fields: list[str] = []


class LibraryPolicyFilters(Filters):
    """By a part of the name, and by type."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    type = django_filters.ChoiceFilter(
        label=_("Type"),
        choices=lambda: [(policy_type.key, policy_type.label) for policy_type in policy_types.every()],
        empty_label=_("All types"),
        method="by_type",
    )

    class Meta:
        model = LibraryPolicy
        fields: list[str] = []

    def by_type(self, rows: QuerySet[LibraryPolicy], name: str, value: str) -> QuerySet[LibraryPolicy]:
        return rows.filter(type=value)


def _libraries(count: int, figure: str) -> str:
    return ngettext("%(figure)s library", "%(figure)s libraries", count) % {"figure": figure}


def _policies(count: int, figure: str) -> str:
    return ngettext("%(figure)s policy", "%(figure)s policies", count) % {"figure": figure}


LIBRARIES = Table(
    name="libraries",
    caption=_("Libraries"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Workspace"), css="wide-only"),
        Column(_("Policies"), css="number"),
        Column(_("Revision"), css="number"),
        Column(_("Imported")),
    ),
    sorts={"name": Sort("name")},
    default_sort="name",
    filters=LibraryFilters,
    rows="web/library/rows.html",
    counted=_libraries,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No libraries yet"),
        text=_("A library holds policies from files, such as a baseline. It belongs to the workspace, to no tenant."),
        nothing_matches=_("No libraries match these filters"),
        icon="layers",
        action_template="web/library/first_import.html",
    ),
)
LIBRARY_POLICIES = Table(
    name="library-policies",
    caption=_("Policies of the library"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Type"), sort="type"),
        Column(_("File"), css="wide-only"),
        Column(_("Secrets left out"), css="number"),
    ),
    sorts={"name": Sort("name"), "type": Sort("type")},
    default_sort="name",
    filters=LibraryPolicyFilters,
    rows="web/library/policy_rows.html",
    counted=_policies,
    search_label=_("Search name"),
    empty=Empty(
        title=_("Nothing imported yet"),
        text=_("The import is under way, or it found no policy. Its run says more."),
        nothing_matches=_("No policies match these filters"),
        icon="layers",
    ),
)
