"""Paths that are no plain collection: found by pattern, before the router is asked."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from intunesim.catalog import COLLECTIONS, Collection
from intunesim.catalog.model import BETA, BOTH
from intunesim.catalog.roles import CONFIGURATION, RBAC
from intunesim.errors import unknown_segment
from intunesim.graph import (
    approval,
    categories,
    definitions,
    deleted,
    delta,
    groups,
    policy_actions,
    router,
    singletons,
)
from intunesim.graph.messages import Answer, Call, GraphRequest

Handler: TypeAlias = Callable[[Call], Answer]

SETTINGS = Collection(
    key="deviceManagementSettings",
    path="deviceManagement",
    entity="deviceManagement",
    read_roles=CONFIGURATION.to_read,
    write_roles=CONFIGURATION.to_write,
    versions=BOTH,
    workload="tenantConfiguration",
    name="id",
)
REQUESTS = Collection(
    key="operationApprovalRequest",
    path="deviceManagement/operationApprovalRequests",
    entity="operationApprovalRequest",
    read_roles=(*RBAC.to_read, *CONFIGURATION.to_read),
    write_roles=(*RBAC.to_write, *CONFIGURATION.to_write),
    versions=BETA,
    name="requestJustification",
    creates=False,
)
GROUPS = COLLECTIONS["groups"]
APPS = COLLECTIONS["deviceAppManagement/mobileApps"]
POLICIES = COLLECTIONS["identity/conditionalAccess/policies"]
LOCATIONS = COLLECTIONS["identity/conditionalAccess/namedLocations"]
DEFINITIONS = COLLECTIONS["deviceManagement/configurationSettings"]
STRENGTHS = COLLECTIONS["identity/conditionalAccess/authenticationStrength/policies"]
STRENGTH = tuple(STRENGTHS.path.lower().split("/"))
BIN = ("identity", "conditionalaccess", "deleteditems")


class Located(NamedTuple):
    """The target of a path: the rules it falls under, what is left of it, and who answers."""

    collection: Collection
    rest: tuple[str, ...]
    answer: Handler


class _Route(NamedTuple):
    pattern: tuple[str, ...]
    """Segments in lower case; a star stands for any one, and what it stands for is the rest of the path."""
    collection: Collection
    answer: Handler


ROUTES: tuple[_Route, ...] = (
    _Route(("devicemanagement",), SETTINGS, singletons.device_management),
    _Route(("devicemanagement", "settings"), SETTINGS, singletons.settings),
    _Route(("devicemanagement", "operationapprovalrequests"), REQUESTS, approval.list_requests),
    _Route(("devicemanagement", "operationapprovalrequests", "*"), REQUESTS, approval.get_request),
    _Route(("devicemanagement", "configurationsettings"), DEFINITIONS, definitions.answer_definitions),
    _Route(("devicemanagement", "configurationsettings", "*"), DEFINITIONS, definitions.answer_definitions),
    _Route((*STRENGTH, "*", "usage()"), STRENGTHS, policy_actions.strength_usage),
    _Route((*STRENGTH, "*", "usage"), STRENGTHS, policy_actions.strength_usage),
    _Route((*STRENGTH, "*", "microsoft.graph.usage()"), STRENGTHS, policy_actions.strength_usage),
    _Route(
        ("devicemanagement", "androidmanagedstoreaccountenterprisesettings"), SETTINGS, singletons.managed_google_play
    ),
    _Route(("devicemanagement", "applepushnotificationcertificate"), SETTINGS, singletons.push_certificate),
    _Route(("groups", "delta"), GROUPS, delta.answer_delta),
    _Route(("groups", "delta()"), GROUPS, delta.answer_delta),
    _Route(("groups", "microsoft.graph.delta()"), GROUPS, delta.answer_delta),
    _Route(("groups", "getbyids"), GROUPS, groups.get_by_ids),
    _Route(("directoryobjects", "getbyids"), GROUPS, groups.get_by_ids),
    _Route(("directoryobjects", "microsoft.graph.getbyids"), GROUPS, groups.get_by_ids),
    _Route(("directoryobjects", "*"), GROUPS, groups.get_directory_object),
    _Route(("groups", "*", "members"), GROUPS, groups.list_members),
    _Route(("groups", "*", "members", "$count"), GROUPS, groups.list_members),
    _Route(("groups", "*", "members", "microsoft.graph.user"), GROUPS, groups.list_members),
    _Route(("groups", "*", "owners"), GROUPS, groups.list_members),
    _Route(("groups", "*", "transitivemembers"), GROUPS, groups.list_members),
    _Route(("groups", "*", "memberof"), GROUPS, groups.list_members),
    _Route(("groups", "*", "members", "$ref"), GROUPS, groups.change_references),
    _Route(("groups", "*", "owners", "$ref"), GROUPS, groups.change_references),
    _Route(("groups", "*", "members", "*", "$ref"), GROUPS, groups.remove_reference),
    _Route(("groups", "*", "owners", "*", "$ref"), GROUPS, groups.remove_reference),
    _Route(("deviceappmanagement", "mobileapps", "*", "categories", "$ref"), APPS, categories.add_category),
    _Route(("deviceappmanagement", "mobileapps", "*", "categories", "*", "$ref"), APPS, categories.remove_category),
    _Route((*BIN, "policies"), POLICIES, deleted.list_deleted),
    _Route((*BIN, "policies", "*"), POLICIES, deleted.one_deleted),
    _Route((*BIN, "policies", "*", "restore"), POLICIES, deleted.restore_deleted),
    _Route((*BIN, "namedlocations"), LOCATIONS, deleted.list_deleted),
    _Route((*BIN, "namedlocations", "*"), LOCATIONS, deleted.one_deleted),
    _Route((*BIN, "namedlocations", "*", "restore"), LOCATIONS, deleted.restore_deleted),
    _Route(("directory", "deleteditems", "microsoft.graph.group"), GROUPS, deleted.list_deleted),
    _Route(("directory", "deleteditems", "*"), GROUPS, deleted.one_deleted),
    _Route(("directory", "deleteditems", "*", "restore"), GROUPS, deleted.restore_deleted),
)


def locate(request: GraphRequest) -> Located:
    """Return the subject of a request and the handler that answers it. Raises 400."""
    segments = _canonical(request.segments())
    for route in ROUTES:
        rest = _match(route.pattern, segments)
        if rest is not None:
            if request.version not in route.collection.versions:
                raise unknown_segment(segments[-1])
            return Located(route.collection, rest, route.answer)
    collection, below = router.locate(segments, request.version)
    return Located(collection, below, router.answer)


def _canonical(segments: list[str]) -> list[str]:
    """Return a path in place of its other name: authentication strengths have two."""
    if [segment.lower() for segment in segments[:2]] == ["policies", "authenticationstrengthpolicies"]:
        return [*STRENGTHS.segments, *segments[2:]]
    return segments


def _match(pattern: tuple[str, ...], segments: list[str]) -> tuple[str, ...] | None:
    """Return the segments that the stars stand for, and the last word of the pattern; None when it does not fit."""
    if len(pattern) != len(segments):
        return None
    if any(expected not in ("*", segment.lower()) for expected, segment in zip(pattern, segments, strict=True)):
        return None
    stars = tuple(segment for expected, segment in zip(pattern, segments, strict=True) if expected == "*")
    return stars if pattern[-1] == "*" else (*stars, pattern[-1])
