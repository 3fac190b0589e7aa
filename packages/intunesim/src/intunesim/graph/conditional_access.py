"""Conditional Access: what a policy must say, how a PATCH changes it, and the strength that it shows.

Sources: https://learn.microsoft.com/graph/api/conditionalaccessroot-post-policies,
https://learn.microsoft.com/graph/api/conditionalaccesspolicy-update
"""

import copy

from intunesim.catalog.directory import STRENGTHS
from intunesim.errors import GraphError, Origin, bad_request
from intunesim.graph.messages import Call
from intunesim.json_types import Json, JsonObject

MALFORMED = "The server could not process the request because it is malformed or incorrect."
PEOPLE = ("includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers")
TARGETS = (
    "includeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
)
OTHER_SUBJECTS = ("clientApplications", "agents")
CONTROLS = ("builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength")
ALWAYS_REMARKS = ("disableResilienceDefaults",)


def merged(current: Json, change: Json) -> Json:
    """Return a value after a PATCH: parts that were not sent keep their values, lists are replaced."""
    if not isinstance(current, dict) or not isinstance(change, dict):
        return change
    return {**current, **{name: merged(current.get(name), value) for name, value in change.items()}}


def check_strength_reference(payload: JsonObject) -> None:
    """Raises 400 for a grant that carries more of an authentication strength than its id."""
    grants = payload.get("grantControls")
    strength = grants.get("authenticationStrength") if isinstance(grants, dict) else None
    if isinstance(strength, dict) and [name for name in strength if name != "id" and "@" not in name]:
        raise _malformed("1059", "'authenticationStrength' may only name a policy by its id.")


def check_policy(policy: JsonObject) -> None:
    """Raises 400 for a policy without people, targets or controls."""
    conditions = policy.get("conditions")
    if not isinstance(conditions, dict):
        raise _malformed("1003", "'conditions' is required.")
    has_other_subjects = any(conditions.get(name) for name in OTHER_SUBJECTS)
    if not has_other_subjects and not _says(conditions.get("users"), PEOPLE):
        raise _malformed("1007", "the 'users' condition must include somebody.")
    if not _says(conditions.get("applications"), TARGETS):
        raise _malformed("1008", "the 'applications' condition must include something.")
    _check_controls(policy)


def _check_controls(policy: JsonObject) -> None:
    grants = policy.get("grantControls")
    session = policy.get("sessionControls")
    has_session = isinstance(session, dict) and any(
        value for name, value in session.items() if name not in ALWAYS_REMARKS and "@" not in name
    )
    if not isinstance(grants, dict):
        if not has_session and not (isinstance(session, dict) and session.get("disableResilienceDefaults")):
            raise _malformed("1006", "'grantControls' or 'sessionControls' must be set.")
        return
    if not _says(grants, CONTROLS):
        raise _malformed("1005", "'grantControls' must contain a control.")
    if grants.get("operator") not in ("AND", "OR"):
        raise _malformed("1004", "'operator' of 'grantControls' must be AND or OR.")


def with_strength(call: Call, policy: JsonObject) -> JsonObject:
    """Return a policy with its authentication strength whole, as the service shows it."""
    grants = policy.get("grantControls")
    if not isinstance(grants, dict):
        return policy
    strength = grants.get("authenticationStrength")
    entity = call.tenant.store.find(STRENGTHS, str(strength.get("id"))) if isinstance(strength, dict) else None
    remark = f"{call.collection.path}('{policy.get('id')}')/grantControls/authenticationStrength/$entity"
    rest = {name: value for name, value in grants.items() if not name.startswith("authenticationStrength")}
    full_strength = strength
    if entity is not None:
        below = copy.deepcopy(entity.children.get("combinationConfigurations", []))
        full_strength = {
            **copy.deepcopy(call.view.whole(entity.body, "authenticationStrengthPolicy")),
            "combinationConfigurations": below,
        }
    context = {"authenticationStrength@odata.context": call.context(remark)}
    return {**policy, "grantControls": {**rest, **context, "authenticationStrength": full_strength}}


def _says(value: Json, names: tuple[str, ...]) -> bool:
    return isinstance(value, dict) and any(value.get(name) for name in names)


def _malformed(code: str, reason: str) -> GraphError:
    """400 in the words of Conditional Access; the reason stands in the inner error as well."""
    error = bad_request(f"{MALFORMED} {code}: {reason}", Origin.CONDITIONAL_ACCESS)
    error.inner["message"] = f"{code}: {reason}"
    return error
