"""Makers of update policies: the versions, patches and drivers that devices are brought to."""

from intunesim.generator.context import Context
from intunesim.json_types import JsonObject


def feature_update(context: Context, number: int) -> JsonObject:
    """Return the version of Windows that devices are brought to."""
    identifier, version = context.new_id(), ("24H2", "23H2", "25H2")[number % 3]
    return {
        "id": identifier,
        "displayName": context.name("Win", "Feature update", version),
        "description": "",
        "featureUpdateVersion": f"Windows 11, version {version}",
        "deployableContentDisplayName": f"Windows 11, version {version}",
        "endOfSupportDate": "2027-10-12T00:00:00Z",
        "installLatestWindows10OnWindows11IneligibleDevice": False,
        "installFeatureUpdatesOptional": False,
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "rolloutSettings": {
            "offerStartDateTimeInUTC": None,
            "offerEndDateTimeInUTC": None,
            "offerIntervalInDays": None,
        },
        "assignments": context.assignments("windowsFeatureUpdateProfile", identifier, everyone=False),
    }


def quality_update_profile(context: Context, number: int) -> JsonObject:
    """Return an expedited update."""
    identifier = context.new_id()
    month = 1 + number % 12
    return {
        "id": identifier,
        "displayName": context.name("Win", "Expedite", f"2026.{month:02} B"),
        "description": "",
        "expeditedUpdateSettings": {
            "qualityUpdateRelease": f"2026-{month:02}-11T00:00:00Z",
            "daysUntilForcedReboot": 1,
        },
        "releaseDateDisplayName": f"{month:02}/11/2026 - 2026.{month:02} B Security Updates",
        "deployableContentDisplayName": f"2026.{month:02} B Security Updates for Windows 10 and later",
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "assignments": context.assignments("windowsQualityUpdateProfile", identifier, everyone=False),
    }


def quality_update_policy(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a policy for quality updates, with or without restarts."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "displayName": context.name("Win", "Quality updates (hotpatch)"),
        "description": "",
        "hotpatchEnabled": True,
        "approvalSettings": [],
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "assignments": context.assignments("windowsQualityUpdatePolicy", identifier, everyone=False),
    }


def driver_update(context: Context, number: int) -> JsonObject:
    """Return a policy for driver updates."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "displayName": context.name("Win", "Driver updates", ("Automatic", "Manual")[number % 2]),
        "description": "",
        "approvalType": ("automatic", "manual")[number % 2],
        "deploymentDeferralInDays": 7 if number % 2 == 0 else None,
        "newUpdates": context.random.randint(0, 9),
        "deviceReporting": 0,
        "inventorySyncStatus": None,
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "assignments": context.assignments("windowsDriverUpdateProfile", identifier, everyone=False),
    }
