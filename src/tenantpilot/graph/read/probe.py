"""Find out what the application may read and write in a tenant, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.tokens import granted_roles
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.errors import GraphError, GraphForbidden, GraphRejected


@dataclass(frozen=True)
class Probe:
    """The rights for one type."""

    contract: Contract
    is_readable: bool
    is_writable: bool | None
    """None when the token does not say; for a type that is never written, False."""
    missing_to_read: tuple[str, ...] = ()
    missing_to_write: tuple[str, ...] = ()
    missing_optional: tuple[str, ...] | None = None
    """Permissions without which nothing fails; None when the token does not say which it holds."""
    error: GraphError | None = None
    """Why it could not be read, be it a missing permission or trouble that says nothing about rights."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Permissions to grant, so that it could be read and written."""
        return tuple(dict.fromkeys((*self.missing_to_read, *self.missing_to_write)))


def probe(client: GraphClient, contracts: Iterable[Contract]) -> list[Probe]:
    """Read one object of each type, and look up in the token what may be written. Raises GraphSignInFailed."""
    probed = list(contracts)
    roles = granted_roles(client.sign_in_anew())
    outcomes = dict(
        client.together({n: partial(_read_one, client, probed_contract) for n, probed_contract in enumerate(probed)})
    )
    return [_judged(contract, outcomes[n], roles) for n, contract in enumerate(probed)]


def _read_one(client: GraphClient, contract: Contract) -> None:
    path = contract.parent_collection if contract.kind is Kind.NESTED else contract.collection
    try:
        client.get(path, {**contract.query, **({} if contract.kind is Kind.SINGLETON else {"$top": "1"})})
    except GraphRejected:
        client.get(path, contract.query)


def _judged(contract: Contract, outcome: GraphError | None, roles: frozenset[str] | None) -> Probe:
    needed = contract.permissions
    lacking: tuple[str, ...] = ()
    if isinstance(outcome, GraphForbidden) and not (roles or frozenset()) & set(needed.enough_to_read):
        lacking = needed.to_read[:1]
        outcome.name_permission(needed.to_read[0])
    may_write = None if roles is None else bool(needed.to_write) and not set(needed.to_write) - roles
    return Probe(
        contract,
        is_readable=outcome is None,
        is_writable=False if not needed.to_write else may_write,
        missing_to_read=lacking,
        missing_to_write=_lacking(needed.to_write, roles),
        missing_optional=None if roles is None else _lacking(needed.optional, roles),
        error=outcome,
    )


def _lacking(names: Iterable[str], roles: frozenset[str] | None) -> tuple[str, ...]:
    """Return the permissions that the token does not hold; none where it does not say."""
    return () if roles is None else tuple(name for name in names if name not in roles)
