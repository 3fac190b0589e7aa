"""The basis of a preview beside the tenant itself: the contracts of its types, and the emergency accounts.

Where one of them changes, the same restore would be checked or written in another way, so the preview is stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenantpilot.core.stored import StoredData
from tenantpilot.graph.contracts.digests import version_of_contract
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.tenancy.emergency import emergency_accounts

Words = str | Promise


@dataclass(frozen=True)
class Basis(StoredData):
    """The version of each type's contract by key, and the names of the emergency accounts by kind and id."""

    contracts: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)


def basis_of(restore: RestoreRun) -> Basis:
    """Return the basis as it is now."""
    types = RestoreItem.everywhere.of_run(restore.pk).order_by().values_list("type", flat=True).distinct()
    accounts = emergency_accounts(restore.tenant)
    return Basis(
        contracts={key: version_of_contract(key) for key in sorted(types)},
        accounts={f"{account.kind}:{account.graph_id.lower()}": account.name for account in accounts},
    )


def changes_of(before: Basis, now: Basis, labels: Mapping[str, Words]) -> list[str]:
    """Return in words what has changed. `labels` name the types."""
    added = [name for key, name in now.accounts.items() if key not in before.accounts]
    removed = [name for key, name in before.accounts.items() if key not in now.accounts]
    types = [
        str(labels.get(key, key)) for key, version in now.contracts.items() if before.contracts.get(key) != version
    ]
    sentences = [
        (_("Emergency accounts that were added: %(names)s."), added),
        (_("Emergency accounts that were removed: %(names)s."), removed),
        (_("TenantPilot reads and writes these types in another way since its update: %(names)s."), types),
    ]
    return [words % {"names": ", ".join(names)} for words, names in sentences if names]
