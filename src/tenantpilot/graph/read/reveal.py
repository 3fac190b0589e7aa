"""Reading in plain what Graph masks, where the application may: it takes the permission to write.

Source: https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfiguration-getomasettingplaintextvalue
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract, Reveal
from tenantpilot.graph.contracts.payloads import is_mask
from tenantpilot.graph.errors import GraphError


@dataclass(frozen=True)
class Revealed:
    """A payload with its secrets in plain, as far as they could be read. Its repr shows none of it."""

    payload: JsonObject
    revealed: int = 0
    errors: tuple[GraphError, ...] = ()
    """One for each secret that stays masked."""

    def __repr__(self) -> str:
        return f"Revealed(revealed={self.revealed}, errors={len(self.errors)})"


def reveal(client: GraphClient, contract: Contract, payload: JsonObject) -> Revealed:
    """Return a copy of the payload with its masks replaced by the secrets behind them."""
    rules = contract.reveal
    if rules is None:
        return Revealed(payload)
    plain = copy.deepcopy(payload)
    masked = [item for item in paths.values(plain, rules.items) if _is_masked(item, rules)]
    answers = client.batch([Read(_address(contract, rules, payload, item)) for item in masked])
    errors = [answer for answer in answers if isinstance(answer, GraphError)]
    for item, answer in zip(masked, answers, strict=True):
        if not isinstance(answer, GraphError):
            item[rules.value] = answer.get("value")
    return Revealed(plain, len(masked) - len(errors), tuple(errors))


def _is_masked(item: object, rules: Reveal) -> bool:
    return isinstance(item, dict) and bool(item.get(rules.reference)) and is_mask(item.get(rules.value))


def _address(contract: Contract, rules: Reveal, payload: JsonObject, item: JsonObject) -> str:
    reference = str(item[rules.reference]).replace("'", "''")
    return contract.address(payload["id"], below=rules.function.format(reference=reference))
