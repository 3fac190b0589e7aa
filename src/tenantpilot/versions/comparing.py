"""Comparing versions: where they differ, in sentences with the names of their time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenantpilot.graph.compare.differences import SECRET, Difference, Kind, differences
from tenantpilot.graph.compare.sentences import Names, sentence_of
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.overlay import differing, secrets_of
from tenantpilot.versions.payloads import content_of


@dataclass(frozen=True)
class Sentence:
    """A difference for people. `kind` is the value of the `difference` badge."""

    kind: str
    text: str
    path: str
    before: Any
    after: Any


def compare(before: PolicyVersion, after: PolicyVersion) -> list[Sentence]:
    """Return the differences of two versions of one type, in the order of their paths.

    Secrets of two tenants are never compared: their fingerprints have other keys.
    Raises PayloadDamaged, UnknownContract.
    """
    contract = registry.get(after.policy.type)
    secrets = secrets_of([before.pk, after.pk])
    is_one_tenant = before.tenant_id == after.tenant_id
    changed_secrets = differing(secrets.get(before.pk, ()), secrets.get(after.pk, ())) if is_one_tenant else []
    differences = all_differences(contract, content_of(before.payload), content_of(after.payload), changed_secrets)
    names = names_for_people({**before.names, **after.names})
    return [
        Sentence(
            difference.kind.value, sentence_of(difference, names), difference.path, difference.before, difference.after
        )
        for difference in differences
    ]


def all_differences(
    contract: Contract, before: Mapping[str, Any], after: Mapping[str, Any], changed_secrets: Sequence[str]
) -> list[Difference]:
    """Return the differences of two masked payloads, with one for each pointer whose secret is another one."""
    in_form = differences(contract, before, after)
    places = {difference.path for difference in in_form}
    secrets = [Difference(path, SECRET, SECRET, Kind.SECRET) for path in changed_secrets if path not in places]
    return sorted([*in_form, *secrets], key=lambda difference: difference.path)


def names_for_people(names: Mapping[str, Mapping[str, str]]) -> Names:
    """Return the names that a version keeps, as sentences ask for them."""
    return Names(objects={graph_id: str(entry["name"]) for graph_id, entry in names.items()})
