"""The payload of an item with its secrets in plain, for as long as a worker needs it."""

from tenantpilot.core.errors import ReasonedError
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.restores.models import RestoreItem
from tenantpilot.tenancy.sealing import CannotOpen
from tenantpilot.versions.overlay import secrets_of, with_secrets
from tenantpilot.versions.payloads import PayloadDamaged, content_of


class VersionDamaged(ReasonedError):
    """The stored bytes are not those that were stored."""

    reason_code = "version_damaged"


def source_of(contract: Contract, item: RestoreItem) -> JsonObject:
    """Return the payload; a secret that no key opens stays masked. Raises VersionDamaged."""
    try:
        payload = content_of(item.payload)
    except PayloadDamaged as error:
        raise VersionDamaged from error
    payload = {**payload, "id": item.source_id if item.is_begun else payload.get("id", item.source_id)}
    if item.version is None:
        return payload
    rows = secrets_of([item.version.pk]).get(item.version.pk, ())
    try:
        return with_secrets(contract, payload, item.version.policy, rows)
    except CannotOpen:
        return payload
