"""Rules besides those of a type: names that are unique, objects that others use, groups and contents in good form."""

import ipaddress
import json
import re

from intunesim.catalog import Collection
from intunesim.catalog.directory import NAMED_LOCATIONS, STRENGTHS
from intunesim.errors import GraphError, Origin, bad_request
from intunesim.graph.messages import Call
from intunesim.json_types import JsonObject
from intunesim.state.entities import Entity
from intunesim.state.store import kept_under

POLICIES = "identity/conditionalAccess/policies"
NICKNAME = re.compile(r"[^\s@()\\\[\]\";:<>,]{1,64}")
LONGEST_NAME = 256
LARGEST_SCRIPT = 200 * 1024 * 4 // 3
SCRIPTS = ("scriptContent", "detectionScriptContent", "remediationScriptContent")


def check_unique(call: Call, payload: JsonObject, owner: str = "") -> None:
    """Raises 400 for a name that another object of the tenant has."""
    name = call.collection.unique
    lower_name = str(payload.get(name) or "").lower() if name else ""
    for other in call.tenant.store.entities(kept_under(call.collection)) if lower_name else ():
        if other.id != owner and str(other.body.get(name)).lower() == lower_name:
            text = f"An object with the {name} '{payload[name]}' exists already."
            raise bad_request(text, call.collection.origin)


def check_unused(call: Call, entity: Entity) -> None:
    """Raises 400 for an object that others refer to."""
    key, store = call.collection.key, call.tenant.store
    used = False
    if key == "assignmentFilter":
        used = any(_is_filtered(holder, entity.id) for path in store.count() for holder in store.entities(path))
    elif key in ("namedLocation", "authenticationStrength"):
        used = any(f'"{entity.id.lower()}"' in json.dumps(policy.body).lower() for policy in store.entities(POLICIES))
    elif key == "roleDefinition":
        assigned = store.entities("deviceManagement/roleAssignments")
        used = any(
            role.get("id") == entity.id
            for assignment in assigned
            for role in assignment.children.get("roleDefinition", [])
        )
    if used:
        raise _in_use(call.collection, entity)


def check_group(payload: JsonObject) -> None:
    """Raises 400 for a group that the directory would not make."""
    name, nickname = str(payload.get("displayName") or ""), str(payload.get("mailNickname") or "")
    kinds = payload.get("groupTypes") or []
    if len(name) > LONGEST_NAME:
        raise _group("displayName", f"is longer than {LONGEST_NAME} characters")
    if not NICKNAME.fullmatch(nickname):
        raise _group("mailNickname", "has a character that is not allowed or is too long")
    if not payload.get("mailEnabled") and not payload.get("securityEnabled"):
        raise _group("securityEnabled", "and mailEnabled cannot both be false")
    if "DynamicMembership" in kinds and not payload.get("membershipRule"):
        raise _group("membershipRule", "is required for a dynamic group")


def check_contents(collection: Collection, payload: JsonObject) -> None:
    """Raises 400 for networks, rules and scripts that are not what they must be."""
    for network in payload.get("ipRanges") or []:
        _check_network(str(network.get("cidrAddress", "")) if isinstance(network, dict) else "")
    rule = payload.get("rule")
    if collection.key == "assignmentFilter" and isinstance(rule, str) and not _is_balanced(rule):
        raise bad_request("The rule of the filter is not well formed.", collection.origin)
    for name in SCRIPTS:
        if len(str(payload.get(name) or "")) > LARGEST_SCRIPT:
            raise bad_request(f"The property '{name}' is larger than 200 KB.", collection.origin)


def _check_network(text: str) -> None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or "/" not in text:
        raise bad_request(f"1031: '{text}' is not a range of addresses.", Origin.CONDITIONAL_ACCESS)


def _is_balanced(rule: str) -> bool:
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", rule):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return depth == 0


def _is_filtered(entity: Entity, filter_id: str) -> bool:
    targets = [assignment.get("target") for assignment in entity.children.get("assignments", [])]
    name = "deviceAndAppManagementAssignmentFilterId"
    return any(isinstance(target, dict) and target.get(name) == filter_id for target in targets)


def _in_use(collection: Collection, entity: Entity) -> GraphError:
    number = {NAMED_LOCATIONS: "1042: ", STRENGTHS: "1043: "}.get(collection.path, "")
    name = entity.body.get(collection.name)
    return bad_request(f"{number}'{name}' is in use and cannot be deleted.", collection.origin)


def _group(name: str, reason: str) -> GraphError:
    return bad_request(
        f"Invalid value specified for property '{name}' of resource 'Group': it {reason}.", Origin.DIRECTORY
    )


CONTENT_TYPES = frozenset(
    {
        "win32LobApp", "iosLobApp", "androidLobApp", "macOSLobApp", "macOSPkgApp", "macOSDmgApp", "windowsMobileMSI",
        "windowsUniversalAppX", "windowsAppX", "managedIOSLobApp", "managedAndroidLobApp",
    }
)  # fmt: skip
