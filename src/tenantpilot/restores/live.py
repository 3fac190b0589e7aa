"""The hash of an object as it was seen, secrets included as far as Graph shows them; another worker can repeat it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from tenantpilot.graph.compare.form import Fingerprint, Form, form_of
from tenantpilot.graph.compare.items import canonical
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.sealing import fingerprint, newest_key_id


def fingerprint_in(tenant: Tenant) -> Fingerprint:
    """Return a fingerprint of secrets that is keyed by the installation."""
    key_id = newest_key_id()
    return lambda pointer, secret: fingerprint(secret, belongs_to=f"{tenant.pk}|{pointer}", key_id=key_id)


def live_form(contract: Contract, payload: Mapping[str, Any], tenant: Tenant) -> Form:
    return form_of(contract, payload, fingerprint=fingerprint_in(tenant))


def hash_of(form: Form) -> str:
    text = canonical([form.digest, dict(sorted(form.fingerprints.items()))])
    return hashlib.sha256(text.encode()).hexdigest()
