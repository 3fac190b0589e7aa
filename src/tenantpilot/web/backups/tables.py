"""The tables of backups: sets, the policies of a set, and the policies that a set made by hand can get."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.states import ChainKind, SetState, Verdict
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.versions.states import Restorable
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table, parse_time


def _types() -> list[tuple[str, Any]]:
    return [(policy_type.key, policy_type.label) for policy_type in policy_types.every()]


class SetFilters(Filters):
    """By a part of the name, by state, and by how it was made."""

    q = django_filters.CharFilter(label=_("Name"), field_name="chain__name", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=SetState.choices, empty_label=_("Any state"))
    kind = django_filters.ChoiceFilter(
        label=_("Made"), field_name="chain__kind", choices=ChainKind.choices, empty_label=_("By hand and scheduled")
    )

    verdict = django_filters.ChoiceFilter(label=_("Verified"), choices=Verdict.choices, empty_label=_("Any result"))

    class Meta:
        model = BackupSet
        fields: list[str] = []


class MemberFilters(Filters):
    """By a part of the policy's name, and by type."""

    q = django_filters.CharFilter(label=_("Policy"), field_name="policy__name", lookup_expr="icontains")
    type = django_filters.ChoiceFilter(
        label=_("Type"), field_name="policy__type", choices=_types, empty_label=_("All types")
    )

    restorable = django_filters.ChoiceFilter(
        label=_("Restorable"), field_name="version__restorable", choices=Restorable.choices, empty_label=_("Any")
    )

    class Meta:
        model = BackupMember
        fields: list[str] = []


class PickerFilters(Filters):
    """By a part of the name, and by type."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    type = django_filters.ChoiceFilter(label=_("Type"), choices=_types, empty_label=_("All types"))

    class Meta:
        model = Policy
        fields: list[str] = []

    def by_name(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        return rows.named_like(value)


def _sets(count: int, figure: str) -> str:
    return ngettext("%(figure)s backup set", "%(figure)s backup sets", count) % {"figure": figure}


def _policies(count: int, figure: str) -> str:
    return ngettext("%(figure)s policy", "%(figure)s policies", count) % {"figure": figure}


SETS = Table(
    name="backups",
    caption=_("Backup sets"),
    columns=(
        Column(_("Name")),
        Column(_("State")),
        Column(_("Policies")),
        Column(_("Verified"), css="wide-only"),
        Column(_("Made"), sort="made", css="to-end"),
    ),
    sorts={"made": Sort("created_at", parse_time)},
    default_sort="-made",
    filters=SetFilters,
    rows="web/backups/rows.html",
    counted=_sets,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No backups yet"),
        text=_("A backup holds every policy whole, and says what it does not hold."),
        nothing_matches=_("No backups match these filters"),
        icon="database",
        action_template="web/backups/empty_action.html",
    ),
)
TRASH = Table(
    name="backup-trash",
    caption=_("Backup sets in the trash"),
    columns=(Column(_("Name")), Column(_("State")), Column(_("Policies")), Column(_("In the trash since")),
             Column(_("Made"), sort="made", css="to-end")),
    sorts={"made": Sort("created_at", parse_time)},
    default_sort="-made",
    filters=SetFilters,
    rows="web/backups/trash_rows.html",
    counted=_sets,
    search_label=_("Search name"),
    empty=Empty(
        title=_("The trash is empty"),
        text=_("Sets that you or retention move to the trash stay here before they are deleted for good."),
        nothing_matches=_("No backups match these filters"),
        icon="database",
    ),
)  # fmt: skip
MEMBERS = Table(
    name="backup-members",
    caption=_("Policies of the set"),
    columns=(
        Column(_("Policy"), sort="name"),
        Column(_("Type")),
        Column(_("Version")),
        Column(_("Restorable"), css="to-end"),
    ),
    sorts={"name": Sort("policy_name")},
    default_sort="name",
    filters=MemberFilters,
    rows="web/backups/member_rows.html",
    counted=_policies,
    search_label=_("Search policy"),
    empty=Empty(
        title=_("It holds no policies"),
        text=_("The page of the set says why."),
        nothing_matches=_("No policies match these filters"),
        icon="layers",
    ),
)
PICKER = Table(
    name="backup-picker",
    caption=_("Policies of the tenant"),
    columns=(Column(_("Name"), sort="name"), Column(_("Type")), Column(_("In the set"), css="to-end")),
    sorts={"name": Sort("name")},
    default_sort="name",
    filters=PickerFilters,
    rows="web/backups/picker_rows.html",
    counted=_policies,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No policies yet"),
        text=_("A sync or a backup of policy types finds them."),
        nothing_matches=_("No policies match these filters"),
        icon="layers",
    ),
)
