"""Makers of what others refer to: people, groups, tags, filters, templates, locations, roles."""

from intunesim.clock import iso
from intunesim.generator import words
from intunesim.generator.context import Context
from intunesim.json_types import JsonObject

COUNTRIES = ("DE", "NL", "FR", "GB", "US", "CH", "AT", "PT", "ES", "IT", "NO", "SE", "PL", "CA", "SG", "AU")
FILTER_RULES = (
    ("windows10AndLater", "Corporate Windows", '(device.deviceOwnership -eq "Corporate")'),
    (
        "windows10AndLater",
        "Windows 11",
        '(device.osVersion -startsWith "10.0.22") or (device.osVersion -startsWith "10.0.26")',
    ),
    ("windows10AndLater", "Cloud PCs", '(device.model -startsWith "Cloud PC")'),
    ("windows10AndLater", "Lenovo hardware", '(device.manufacturer -eq "LENOVO")'),
    ("iOS", "Supervised iPads", '(device.model -startsWith "iPad") and (device.deviceOwnership -eq "Corporate")'),
    ("iOS", "Personal iPhones", '(device.deviceOwnership -eq "Personal")'),
    ("androidForWork", "Android work profile", '(device.enrollmentProfileName -eq "Work Profile")'),
    ("macOS", "Apple silicon", '(device.model -contains "Mac")'),
)
ROLE_ACTIONS = (
    "Microsoft.Intune_DeviceConfigurations_Read",
    "Microsoft.Intune_DeviceConfigurations_Assign",
    "Microsoft.Intune_ManagedDevices_Read",
    "Microsoft.Intune_MobileApps_Read",
    "Microsoft.Intune_MobileApps_Assign",
    "Microsoft.Intune_RemoteTasks_RebootNow",
    "Microsoft.Intune_RemoteTasks_SyncDevice",
)


def user(context: Context, number: int) -> JsonObject:
    """Return a person."""
    first = words.FIRST_NAMES[number % len(words.FIRST_NAMES)]
    last = words.LAST_NAMES[(number // len(words.FIRST_NAMES)) % len(words.LAST_NAMES)]
    suffix = "" if number < len(words.FIRST_NAMES) * len(words.LAST_NAMES) else str(number)
    return {
        "@odata.type": "#microsoft.graph.user",
        "id": context.new_id(),
        "displayName": f"{first} {last}{suffix}",
        "givenName": first,
        "surname": last,
        "userPrincipalName": f"{first}.{last}{suffix}@{context.domain}".lower(),
        "mail": f"{first}.{last}{suffix}@{context.domain}".lower(),
        "jobTitle": context.random.choice(("Engineer", "Manager", "Analyst", "Assistant", "Director", None)),
        "accountEnabled": True,
    }


def group(context: Context, number: int) -> JsonObject:
    """Return a security group: assigned or dynamic; a few come from an on-premises directory."""
    dynamic = number % 4 == 1
    topic = context.random.choice(("Devices", "Users", "Pilot", "Broad", "Exclude", "Kiosks", "Admins"))
    name = context.name(f"SG-Intune-{topic}-{context.random.choice(words.DEPARTMENTS).replace(' ', '')}")
    members = [] if dynamic else context.some("user", 12)
    return {
        "id": context.new_id(),
        "displayName": name,
        "description": f"{topic} that Intune policies are assigned to" if number % 3 else None,
        "mailEnabled": False,
        "mailNickname": f"sg{context.random.getrandbits(40):x}",
        "securityEnabled": True,
        "groupTypes": ["DynamicMembership"] if dynamic else [],
        "membershipRule": '(device.deviceOSType -eq "Windows") and (device.deviceOwnership -eq "Company")'
        if dynamic
        else None,
        "membershipRuleProcessingState": "On" if dynamic else None,
        "onPremisesSyncEnabled": True if number % 11 == 7 else None,
        "createdDateTime": iso(context.moment().replace(microsecond=0)),
        "visibility": None,
        "members": [{"@odata.type": "#microsoft.graph.user", "id": member["id"]} for member in members],
    }


def scope_tag(context: Context, number: int) -> JsonObject:
    """Return a scope tag; ids are small numbers and 0 is built in."""
    place = words.PLACES[number % len(words.PLACES)]
    name = context.name(f"{place} IT" if number < len(words.PLACES) else f"{words.DEPARTMENTS[number % 16]} {place}")
    return {
        "id": str(number + 1),
        "displayName": name,
        "description": f"Objects that {name} looks after",
        "isBuiltIn": False,
    }


def assignment_filter(context: Context, number: int) -> JsonObject:
    """Return a filter for assignments."""
    platform, topic, rule = FILTER_RULES[number % len(FILTER_RULES)]
    return {
        "id": context.new_id(),
        "displayName": context.name("Filter", topic),
        "description": f"Devices that match: {topic}",
        "platform": platform,
        "rule": rule,
        "roleScopeTags": context.scope_tags(),
        "payloads": [],
        "assignmentFilterManagementType": "devices",
        **context.times(),
    }


def role_definition(context: Context, number: int) -> JsonObject:
    """Return a custom role."""
    actions = sorted(context.random.sample(ROLE_ACTIONS, 3 + number % 4))
    return {
        "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleDefinition",
        "id": context.new_id(),
        "displayName": context.name(f"{context.random.choice(words.DEPARTMENTS)} help desk"),
        "description": "Reads policies and helps with devices",
        "isBuiltIn": False,
        "isBuiltInRoleDefinition": False,
        "roleScopeTagIds": context.scope_tags(),
        "rolePermissions": [
            {"resourceActions": [{"allowedResourceActions": actions, "notAllowedResourceActions": []}]}
        ],
    }


def role_assignment(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a role assignment: a role, its members and its scope."""
    role = context.one("roleDefinition")
    members, scopes = context.some("group", 2), context.some("group", 2)
    return {
        "id": context.new_id(),
        "displayName": context.name(f"{role['displayName'] if role else 'Help desk'} assignment"),
        "description": "",
        "members": [member["id"] for member in members],
        "scopeMembers": [member["id"] for member in scopes],
        "resourceScopes": [member["id"] for member in scopes],
        "scopeType": "resourceScope",
        "roleDefinition": {"id": role["id"], "displayName": role["displayName"]} if role else None,
        "roleScopeTags": [],
    }


def notification_template(context: Context, number: int) -> JsonObject:
    """Return a message to people whose device is not compliant."""
    template_id = context.new_id()
    locales = ("en-us", "de-de", "fr-fr")[: 1 + number % 3]
    return {
        "id": template_id,
        "displayName": context.name(
            "Noncompliant device", ("First warning", "Second warning", "Final notice")[number % 3]
        ),
        "description": None,
        "defaultLocale": "en-us",
        "brandingOptions": "includeCompanyLogo,includeCompanyName",
        "roleScopeTagIds": context.scope_tags(),
        "lastModifiedDateTime": iso(context.moment().replace(microsecond=0)),
        "localizedNotificationMessages": [
            {
                "id": f"{template_id}_{locale}",
                "locale": locale,
                "subject": "Your device needs attention",
                "messageTemplate": "Please open the Company Portal and follow the steps it shows.",
                "isDefault": position == 0,
            }
            for position, locale in enumerate(locales)
        ],
    }


def authentication_strength(context: Context, number: int) -> JsonObject:
    """Return a custom strength: one kind of key, for one kind of people."""
    return {
        "id": context.new_id(),
        "displayName": context.name("FIDO2 keys", words.DEPARTMENTS[number % len(words.DEPARTMENTS)]),
        "description": "Combinations of methods that satisfy strong authentication",
        "policyType": "custom",
        "requirementsSatisfied": "mfa",
        "allowedCombinations": ["fido2"],
        "createdDateTime": "2021-12-01T00:00:00Z",
        "modifiedDateTime": "2021-12-01T00:00:00Z",
        "combinationConfigurations": [
            {
                "@odata.type": "#microsoft.graph.fido2CombinationConfiguration",
                "id": context.new_id(),
                "appliesToCombinations": ["fido2"],
                "allowedAAGUIDs": ["de1e552d-db1d-4423-a619-566b625cdc84"],
            }
        ]
        if number % 2
        else [],
    }


def named_location(context: Context, number: int) -> JsonObject:
    """Return a place: a list of countries, or a list of networks."""
    times = context.times()
    common = {
        "id": context.new_id(),
        "createdDateTime": times["createdDateTime"],
        "modifiedDateTime": times["lastModifiedDateTime"],
    }
    if number % 2:
        place = words.PLACES[number % len(words.PLACES)]
        ranges = [
            f"203.0.113.{context.random.randrange(0, 250, 8)}/29",
            f"198.51.100.{context.random.randrange(0, 250, 8)}/29",
        ]
        return {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            **common,
            "displayName": context.name(f"Office {place}"),
            "isTrusted": number % 4 == 1,
            "ipRanges": [
                {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": address} for address in ranges
            ],
        }
    return {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        **common,
        "displayName": context.name("Countries", ("Allowed", "Blocked", "Travel")[number // 2 % 3]),
        "countriesAndRegions": sorted(context.random.sample(COUNTRIES, 4)),
        "includeUnknownCountriesAndRegions": False,
        "countryLookupMethod": "clientIpAddress",
    }


def device_category(context: Context, number: int) -> JsonObject:
    """Return a category that devices are put into."""
    name = f"{words.DEPARTMENTS[number % len(words.DEPARTMENTS)]} devices"
    return {"id": context.new_id(), "displayName": context.name(name), "description": "", "roleScopeTagIds": ["0"]}


def app_category(context: Context, number: int) -> JsonObject:
    """Return a category of apps, besides those that Microsoft ships."""
    modified = iso(context.moment().replace(microsecond=0))
    return {
        "id": context.new_id(),
        "displayName": context.name(f"{words.DEPARTMENTS[number % len(words.DEPARTMENTS)]} apps"),
        "lastModifiedDateTime": modified,
    }
