"""The people who reach each address: a feature declares a row for each of its addresses in its module `access_rows`.

A test asks every address as every kind of person, and refuses an address without a row (GUARD-G).
"""

from dataclasses import dataclass

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.features import feature_modules


@dataclass(frozen=True)
class AccessRow:
    """The plane of an address, and what a person needs there. `subject` names what its last argument is an id of.

    `query` follows the address; `{workspace}` in it is the id of the workspace.
    """

    plane: str
    capability: Capability | None = None
    method: str = "get"
    subject: str = ""
    arguments: tuple[str, ...] = ()
    query: str = ""


def in_tenant(capability: Capability, method: str = "get", subject: str = "") -> AccessRow:
    """Return the row of an address in a tenant, for members who have the capability there."""
    return AccessRow("tenant", capability, method, subject)


def of_workspace(capability: Capability, method: str = "get", subject: str = "run of workspace") -> AccessRow:
    """Return the row of an object of a whole workspace: for who has no role in the workspace it is not there."""
    return AccessRow("workspace role object", capability, method, subject)


def of_owner(method: str = "get", subject: str = "", query: str = "") -> AccessRow:
    """Return the row of a page about somebody or something of a workspace, for those who manage its members."""
    return AccessRow("workspace role", Capability.MEMBER_MANAGE, method, subject, query=query)


def own(method: str = "get", *, subject: str, across: bool = False) -> AccessRow:
    """Return the row of a saved view that a person keeps alone, in a tenant or across tenants."""
    return AccessRow("personal" if across else "own", method=method, subject=subject)


def all_access_rows() -> dict[str, AccessRow]:
    """Return the rows of all features, by the names of addresses."""
    return {name: row for module in feature_modules("access_rows") for name, row in module.access_rows.items()}
