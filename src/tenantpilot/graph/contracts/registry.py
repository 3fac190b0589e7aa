"""The contracts of all types, by key."""

from collections.abc import Iterable

from tenantpilot.graph.contracts import (
    administration,
    apps,
    cloudpc,
    configuration,
    enrollment,
    identity,
    scripts,
    templates,
    updates,
)
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.order import types_in_order

_ALL: tuple[Contract, ...] = (
    *configuration.CONTRACTS,
    *templates.CONTRACTS,
    *scripts.CONTRACTS,
    *apps.CONTRACTS,
    *identity.CONTRACTS,
    *enrollment.CONTRACTS,
    *updates.CONTRACTS,
    *administration.CONTRACTS,
    *cloudpc.CONTRACTS,
)
_BY_KEY = {contract.key: contract for contract in _ALL}
_IN_ORDER = types_in_order(_ALL)


class UnknownContract(LookupError):
    """No type has this key."""


def get(key: str) -> Contract:
    """Raises UnknownContract."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise UnknownContract(key) from None


def every() -> tuple[Contract, ...]:
    """Return all types, in the order in which they would be restored: each after all it refers to."""
    return _IN_ORDER


def of_configuration() -> tuple[Contract, ...]:
    """Return the types that say how the tenant is configured: what inventory reads."""
    return tuple(contract for contract in every() if contract.is_configuration)


def chosen(keys: Iterable[str]) -> tuple[Contract, ...]:
    """Return the contracts of these keys, in restore order. Raises UnknownContract."""
    chosen_keys = {get(key).key for key in keys}
    return tuple(contract for contract in every() if contract.key in chosen_keys)
