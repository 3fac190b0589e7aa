"""The table of people, and what its rows show beside the person's own columns."""

from dataclasses import dataclass
from typing import Any

import django_filters
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenantpilot.tenancy.models import TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

SHOWN_TENANTS = 3


class PeopleFilters(Filters):
    """By a part of the name or address."""

    q = django_filters.CharFilter(label=gettext_lazy("Name or address"), method="containing")

    class Meta:
        model = User
        fields: list[str] = []

    def containing(self, rows: QuerySet[User], _name: str, text: str) -> QuerySet[User]:
        return rows.filter(Q(display_name__icontains=text) | Q(email__icontains=text))


def people_of(workspaces: list[Workspace]) -> QuerySet[User]:
    """Everybody who has a role in one of the workspaces or their tenants."""
    through = WorkspaceMember.everywhere.filter(workspace__in=workspaces).values("user_id")
    direct = TenantMember.everywhere.filter(workspace__in=workspaces).values("user_id")
    factors = _factors().filter(user=OuterRef("pk"))
    return User.objects.filter(Q(pk__in=through) | Q(pk__in=direct)).annotate(has_second_factor=Exists(factors))


def has_second_factor(person: User) -> bool:
    """Say if a sign-in asks the person for more than the password."""
    return bool(_factors().filter(user=person).exists())


def _factors() -> Any:
    return Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


@dataclass(frozen=True)
class PersonLine:
    """A person as the table shows them."""

    person: Any
    roles: list[str]


def lines_of(people: list[User], workspaces: list[Workspace]) -> list[PersonLine]:
    """The roles of these people in two queries, those of workspaces first."""
    words: dict[int, list[str]] = {person.pk: [] for person in people}
    through = WorkspaceMember.everywhere.filter(workspace__in=workspaces, user__in=people).select_related("workspace")
    for held in through.order_by("workspace__name"):
        words[held.user_id].append(_role_words(held.role, held.workspace.name))
    tenants: dict[int, list[str]] = {person.pk: [] for person in people}
    direct = TenantMember.everywhere.filter(workspace__in=workspaces, user__in=people).select_related("tenant")
    for member in direct.order_by("tenant__name"):
        tenants[member.user_id].append(_role_words(member.role, member.tenant.name))
    return [PersonLine(person, [*words[person.pk], *_shortened(tenants[person.pk])]) for person in people]


def _role_words(role: str, place: str) -> str:
    return _("%(role)s of %(place)s") % {"role": Role(role).label, "place": place}


def _shortened(words: list[str]) -> list[str]:
    more = len(words) - SHOWN_TENANTS
    if more <= 0:
        return words
    rest = ngettext("and %(number)d more tenant", "and %(number)d more tenants", more) % {"number": more}
    return [*words[:SHOWN_TENANTS], rest]


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s person", "%(figure)s people", count) % {"figure": figure}


PEOPLE = Table(
    name="people",
    caption=gettext_lazy("People"),
    columns=(
        Column(gettext_lazy("Name"), sort="name"),
        Column(gettext_lazy("Roles")),
        Column(gettext_lazy("State")),
        Column(gettext_lazy("Second factor")),
        Column(gettext_lazy("Last sign-in")),
    ),
    sorts={"name": Sort("display_name")},
    default_sort="name",
    filters=PeopleFilters,
    rows="web/people/rows.html",
    counted=_counted,
    search_label=gettext_lazy("Search name or address"),
    empty=Empty(
        title=gettext_lazy("Nobody yet"),
        text=gettext_lazy("Invite the first person by their e-mail address."),
        nothing_matches=gettext_lazy("No people match this search"),
        icon="users",
    ),
)
