"""Check whether the roles in a token allow a call."""

from intunesim.catalog import Collection
from intunesim.errors import forbidden
from intunesim.graph.messages import Call

READING_ACTIONS = frozenset({"getbyids", "getrolescopetagsbyid", "haspayloadlinks", "getpolicysets", "validatefilter"})
"""POSTs that change nothing, so that a reading role suffices."""
SECRET_READS = ("getomasettingplaintextvalue",)
"""GETs that reveal what was masked, which takes a writing role since 2023."""
BOTH_NEEDED = ("Policy.Read.All", "Policy.ReadWrite.ConditionalAccess")


def check_permission(call: Call) -> None:
    """Raises 403 unless the token carries a role that suffices."""
    collection = call.collection
    roles = collection.write_roles if _needs_writing(call) else collection.read_roles
    if not call.caller.roles & set(roles):
        raise forbidden(roles, collection.origin)
    if collection.key == "conditionalAccessPolicy" and call.writes and not set(BOTH_NEEDED) <= call.caller.roles:
        raise forbidden(BOTH_NEEDED, collection.origin)


def allowed(collection: Collection, roles: frozenset[str], *, writing: bool) -> bool:
    """Return True if these roles may read or write a collection."""
    return bool(roles & set(collection.write_roles if writing else collection.read_roles))


def changes_nothing(call: Call) -> bool:
    """Return True if a call only reads, although its verb is POST."""
    return _last(call) in READING_ACTIONS


def _needs_writing(call: Call) -> bool:
    return _last(call) in SECRET_READS or (call.writes and not changes_nothing(call))


def _last(call: Call) -> str:
    return call.rest[-1].split("(")[0].lower().removeprefix("microsoft.graph.") if call.rest else ""
