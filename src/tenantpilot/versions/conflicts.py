"""The same setting with another value: policies of one tenant that contradict each other, should a device get both."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.index_models import Assignment, SettingDefinition, SettingValue

SHOWN = 100
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Side:
    """A value of a setting, and the policies that have it."""

    value: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Conflict:
    """A setting to which policies of the tenant give different values."""

    definition: SettingDefinition
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Conflicts:
    """The conflicts of a tenant; `unassigned` are the policies among them that nobody gets."""

    rows: list[Conflict]
    unassigned: set[int]
    has_more: bool


def conflicts_of(tenant: Tenant) -> Conflicts:
    """Return the settings in which policies contradict each other. Ignored and missing policies are left out."""
    rows = _in_care(tenant)
    suspects = list(_suspects(rows)[: SHOWN + 1])
    values = rows.filter(definition__in=suspects[:SHOWN]).select_related("definition", "policy")
    values = values.defer("policy__properties", "policy__description")
    conflicts = _conflicts(
        values.order_by("definition__label", "definition", "policy__name", "policy", "ordinal")[:MOST_ROWS]
    )
    policies = {policy.pk for conflict in conflicts for side in conflict.sides for policy in side.policies}
    assigned = set(Assignment.objects.filter(policy__in=policies).values_list("policy_id", flat=True))
    return Conflicts(conflicts, policies - assigned, has_more=len(suspects) > SHOWN)


def _in_care(tenant: Tenant) -> QuerySet[SettingValue]:
    return SettingValue.objects.filter(
        tenant=tenant,
        can_conflict=True,
        is_secret=False,
        policy__missing_since=None,
        policy__ignored_at=None,
    )


def _suspects(rows: QuerySet[SettingValue]) -> QuerySet[SettingValue, int]:
    """Return the settings with several values in several policies; whether they differ, only their sets tell."""
    counted = rows.values("definition").annotate(
        values=Count("value_hash", distinct=True), policies=Count("policy", distinct=True)
    )
    suspects = counted.filter(values__gt=1, policies__gt=1)
    return suspects.order_by("definition__label", "definition").values_list("definition", flat=True)


def _conflicts(rows: Iterable[SettingValue]) -> list[Conflict]:
    """Compare what each policy says of a setting as a whole: a list of the same values is no conflict."""
    by_definition: dict[int, dict[int, list[SettingValue]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_definition[row.definition_id][row.policy_id].append(row)
    return [conflict for policies in by_definition.values() if (conflict := _conflict(policies))]


def _conflict(policies: dict[int, list[SettingValue]]) -> Conflict | None:
    sides: dict[tuple[str, ...], list[list[SettingValue]]] = defaultdict(list)
    for rows in policies.values():
        sides[tuple(sorted(row.value_hash for row in rows))].append(rows)
    if len(sides) < 2:
        return None
    definition = next(iter(policies.values()))[0].definition
    return Conflict(definition, tuple(_side(group) for group in sides.values()))


def _side(group: list[list[SettingValue]]) -> Side:
    texts = [row.words for row in group[0]]
    return Side(", ".join(text for text in texts if text), tuple(rows[0].policy for rows in group))
