"""Credentials in files of other tools: those tools decrypt the texts of OMA-URI settings and mark them as plain."""

import copy
import re
from typing import Any

from tenantpilot.graph.compare.form import secret_places
from tenantpilot.graph.compare.secret_places import SecretPlace
from tenantpilot.graph.contracts.model import Contract

_MARK = re.compile(
    r"passw(or)?d|passphrase|pre[- ]?shared[- ]?key|shared[- ]?secret|key[- ]?material|client[- ]?secret"
    r"|private[- ]?key",
    re.IGNORECASE,
)


def with_credentials_marked(contract: Contract, payload: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which each open text that speaks of a credential is marked as encrypted, so it is taken out.

    A file says only what its tool made of the setting: Graph itself may have had the text encrypted.
    """
    marked = copy.deepcopy(payload)
    for place in list(secret_places(contract, marked)):
        if place.is_open and _speaks_of_credential(place):
            place.holder["isEncrypted"] = True
    return marked


def _speaks_of_credential(place: SecretPlace) -> bool:
    words = (place.holder.get("omaUri"), place.holder.get("displayName"), place.value)
    return any(isinstance(word, str) and _MARK.search(word) for word in words)
