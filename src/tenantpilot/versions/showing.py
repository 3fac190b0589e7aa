"""A version as a page shows it: in words, with who gets it, what it uses, and what uses it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.references import Named, references_in
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import is_usable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigned import with_directory, with_later_names
from tenantpilot.versions.models import PolicyVersion, PolicyVersionQuerySet
from tenantpilot.versions.payloads import PayloadDamaged, content_of
from tenantpilot.versions.setting_labels import labels_for
from tenantpilot.versions.wording.assignments import Assignment, assignments_of
from tenantpilot.versions.wording.lines import Line, Section
from tenantpilot.versions.wording.policies import scope_tags_of, sections_of, without_secrets

FIRST_LINES = 40
LONGEST_INLINE = 1_500
MOST_RELATED = 100


@dataclass(frozen=True)
class NumberedLine:
    """A line, and its number among all lines of the version: by it a long text is fetched."""

    number: int
    line: Line

    @property
    def is_fetched(self) -> bool:
        return len(self.line.text) > LONGEST_INLINE


@dataclass(frozen=True)
class ShownSection:
    """A section as far as it is shown at first."""

    title: str
    lines: tuple[NumberedLine, ...]


@dataclass(frozen=True)
class Shown:
    """A version in words. `is_damaged` where the stored bytes are not what was stored; then there are no words."""

    version: PolicyVersion
    sections: tuple[Section, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    scope_tags: tuple[str, ...] = ()
    is_assignable: bool = False
    is_damaged: bool = False
    payload: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        return sum(len(section.lines) for section in self.sections)

    @property
    def rest(self) -> int:
        """Return the number of lines that are not shown at first."""
        return max(self.count - FIRST_LINES, 0)

    @property
    def first(self) -> list[ShownSection]:
        return self.lines_between(0, FIRST_LINES)

    @property
    def later(self) -> list[ShownSection]:
        return self.lines_between(FIRST_LINES, self.count)

    @property
    def as_json(self) -> str:
        """Return the payload without secrets, indented."""
        return json.dumps(self.payload, indent=2, ensure_ascii=False)

    def lines_between(self, start: int, end: int) -> list[ShownSection]:
        """Return the sections with those of their lines whose numbers are from `start` to before `end`."""
        shown_sections, number = [], 0
        for section in self.sections:
            numbered = [NumberedLine(number + place, line) for place, line in enumerate(section.lines)]
            number += len(numbered)
            if lines := tuple(item for item in numbered if start <= item.number < end):
                shown_sections.append(ShownSection(section.title, lines))
        return shown_sections

    def text_of(self, number: int) -> str | None:
        """Return the whole text of a line; None where there is no such line."""
        lines = [line for section in self.sections for line in section.lines]
        return lines[number].text or lines[number].value if number < len(lines) else None


@dataclass(frozen=True)
class Related:
    """Policies that a policy refers to, and those that refer to it."""

    uses: tuple[Policy, ...]
    used_by: tuple[Policy, ...]

    @property
    def count(self) -> int:
        return len(self.uses) + len(self.used_by)


def shown(version: PolicyVersion) -> Shown:
    """Return a version in words. Its payload and its policy are read already."""
    contract = registry.get(version.policy.type)
    try:
        payload = content_of(version.payload)
    except PayloadDamaged:
        return Shown(version, is_damaged=True)
    names = with_later_names(version.policy.tenant, contract, payload, version.names)
    return Shown(
        version,
        tuple(sections_of(contract, payload, names, labels_for(version.workspace_id, payload))),
        tuple(with_directory(version.policy.tenant, assignments_of(payload, names))),
        tuple(scope_tags_of(payload, names)),
        is_assignable="assignments" in payload,
        payload=without_secrets(contract, payload),
    )


def newest_of(policy: Policy) -> PolicyVersion | None:
    """Return the newest version with its payload; None before the first capture."""
    return PolicyVersion.objects.of_policy(policy).newest_first().select_related("payload", "policy", "run").first()


def related_to(tenant: Tenant, policy: Policy) -> Related:
    """Return the policies on both sides of the references, as the newest versions state them."""
    newest = newest_of(policy)
    named = _references(newest) if newest else []
    ids = {reference.graph_id for reference in named if is_usable(reference.graph_id)}
    policies = Policy.objects.of_tenant(tenant).by_name().defer("properties", "description")
    uses = policies.filter(graph_id__in=ids).exclude(pk=policy.pk)[:MOST_RELATED]
    users = _newest_that_name(tenant, policy.graph_id).values("policy")
    used_by = policies.filter(pk__in=users).exclude(pk=policy.pk)[:MOST_RELATED]
    return Related(tuple(uses), tuple(used_by))


def _references(version: PolicyVersion) -> Sequence[Named]:
    try:
        return references_in(registry.get(version.policy.type), content_of(version.payload))
    except PayloadDamaged:
        return ()


def _newest_that_name(tenant: Tenant, graph_id: str) -> PolicyVersionQuerySet:
    """Return the versions that keep a name for the id, and that no later one of their policy follows."""
    return PolicyVersion.objects.of_tenant(tenant).newest_alone().filter(names__has_key=graph_id.lower())
