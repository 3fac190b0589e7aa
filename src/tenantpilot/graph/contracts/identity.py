"""Entra: Conditional Access and what it refers to, and groups."""

from tenantpilot.graph.contracts.model import (
    STATED_TOTAL,
    Action,
    Contract,
    Create,
    Permissions,
    Reference,
    RestoreMode,
    Update,
    Version,
)

POLICY_READ = "Policy.Read.All"
CONDITIONAL_ACCESS_WRITE = "Policy.ReadWrite.ConditionalAccess"

CONTRACTS = (
    Contract(
        key="conditionalAccessPolicy",
        path="/identity/conditionalAccess/policies",
        odata_type="microsoft.graph.conditionalAccessPolicy",
        version=Version.V1,
        modified_field="modifiedDateTime",
        permissions=Permissions(
            read=(POLICY_READ,), write=(CONDITIONAL_ACCESS_WRITE, POLICY_READ, "Application.Read.All")
        ),
        restore_order=400,
        settles=False,
        wishes={"$top": "200", **STATED_TOTAL},  # pages of 20 without a link to the next were seen
        kept=("state", "templateId"),
        stripped=("templateId",),
        unordered=(
            "includeUsers",
            "excludeUsers",
            "includeGroups",
            "excludeGroups",
            "includeRoles",
            "excludeRoles",
            "includeApplications",
            "excludeApplications",
            "includeUserActions",
            "includeLocations",
            "excludeLocations",
            "includePlatforms",
            "excludePlatforms",
            "clientAppTypes",
            "builtInControls",
        ),
        create=Create(required=("displayName", "state", "conditions")),
        references=(
            Reference("conditions.users.includeGroups[]", "group"),
            Reference("conditions.users.excludeGroups[]", "group"),
            Reference("conditions.locations.includeLocations[]", "namedLocation"),
            Reference("conditions.locations.excludeLocations[]", "namedLocation"),
            Reference("grantControls.authenticationStrength.id", "authenticationStrength"),
        ),
    ),
    Contract(
        key="namedLocation",
        path="/identity/conditionalAccess/namedLocations",
        odata_type="microsoft.graph.namedLocation",
        version=Version.V1,
        modified_field="modifiedDateTime",
        permissions=Permissions(read=(POLICY_READ,), write=(CONDITIONAL_ACCESS_WRITE, POLICY_READ)),
        restore_order=50,
        settles=False,
        kept=("isTrusted", "countryLookupMethod"),
        unordered=("ipRanges", "countriesAndRegions"),
        create=Create(required=("@odata.type", "displayName")),
    ),
    Contract(
        key="authenticationStrength",
        path="/identity/conditionalAccess/authenticationStrength/policies",
        odata_type="microsoft.graph.authenticationStrengthPolicy",
        version=Version.V1,
        modified_field="modifiedDateTime",
        permissions=Permissions(read=(POLICY_READ,), write=("Policy.ReadWrite.AuthenticationMethod",)),
        restore_order=45,
        settles=False,
        wishes={},
        kept=("policyType", "requirementsSatisfied", "allowedCombinations"),
        stripped=("policyType", "requirementsSatisfied"),
        unordered=("allowedCombinations",),
        create=Create(required=("displayName", "allowedCombinations")),
        update=Update(
            without=("allowedCombinations",),
            actions=(Action("updateAllowedCombinations", "allowedCombinations", "allowedCombinations"),),
        ),
        delivered={"policyType": "builtIn"},
    ),
    Contract(
        key="group",
        path="/groups",
        odata_type="microsoft.graph.group",
        version=Version.V1,
        modified_field="createdDateTime",  # a group states no change
        permissions=Permissions(read=("Group.Read.All", "GroupMember.Read.All"), write=("Group.ReadWrite.All",)),
        restore_order=5,
        settles=False,
        query={
            "$select": "id,displayName,description,createdDateTime,groupTypes,mailEnabled,mailNickname,"
            "membershipRule,membershipRuleProcessingState,securityEnabled,onPremisesSyncEnabled,isAssignableToRole"
        },
        wishes={"$top": "999", **STATED_TOTAL},
        counts_with_lag=True,
        kept=(
            "groupTypes",
            "mailEnabled",
            "membershipRule",
            "membershipRuleProcessingState",
            "securityEnabled",
            "onPremisesSyncEnabled",
            "isAssignableToRole",
        ),
        stripped=("onPremisesSyncEnabled",),
        create=Create(required=("displayName", "mailEnabled", "mailNickname", "securityEnabled")),
        restore=RestoreMode.PREVIEW_ONLY,
    ),
)
