"""Entra: Conditional Access and what it refers to, and groups."""

from tenantpilot.graph.contracts.model import Action, Contract, Create, Permissions, Update, Version
from tenantpilot.graph.contracts.parts import STATED_TOTAL, Part
from tenantpilot.graph.contracts.references import Outside, Reference
from tenantpilot.graph.contracts.restoring import Exemption, Reason

POLICY_READ = "Policy.Read.All"
CONDITIONAL_ACCESS_WRITE = "Policy.ReadWrite.ConditionalAccess"
# Entra's audit log names who changed what of these types: https://learn.microsoft.com/graph/api/directoryaudit-list
AUDIT_READ = "AuditLog.Read.All"

_BOTH = ("include", "exclude")
IN_CONDITIONS = (
    *(Reference(f"conditions.users.{which}Users[]", Outside.USER) for which in _BOTH),
    *(Reference(f"conditions.users.{which}Groups[]", "group") for which in _BOTH),
    *(Reference(f"conditions.users.{which}Roles[]", Outside.DIRECTORY_ROLE) for which in _BOTH),
    *(
        Reference(f"conditions.users.{which}GuestsOrExternalUsers.externalTenants.members[]", Outside.EXTERNAL_TENANT)
        for which in _BOTH
    ),
    *(Reference(f"conditions.applications.{which}Applications[]", Outside.APPLICATION) for which in _BOTH),
    Reference("conditions.applications.includeAuthenticationContextClassReferences[]", Outside.AUTHENTICATION_CONTEXT),
    *(Reference(f"conditions.locations.{which}Locations[]", "namedLocation") for which in _BOTH),
    *(
        Reference(f"conditions.clientApplications.{which}{kind}[]", Outside.SERVICE_PRINCIPAL)
        for which in _BOTH
        for kind in ("ServicePrincipals", "AgentIdServicePrincipals")
    ),
    *(Reference(f"conditions.devices.{which}Devices[]", Outside.DEVICE) for which in _BOTH),
    Reference("grantControls.authenticationStrength.id", "authenticationStrength"),
    Reference("grantControls.termsOfUse[]", Outside.TERMS_OF_USE),
    Reference("grantControls.customAuthenticationFactors[]", Outside.CUSTOM_CONTROL),
    Reference("sessionControls.globalSecureAccessFilteringProfile.profileId", Outside.FILTERING_PROFILE),
)
# What v1.0 knows of a policy, at any depth. It is read in beta, since only beta shows every condition that it has.
STABLE_WORDS = frozenset(
    {
        "allowedAAGUIDs",
        "allowedCombinations",
        "allowedIssuerSkis",
        "allowedPolicyOIDs",
        "analysisReasons",
        "applicationEnforcedRestrictions",
        "applicationFilter",
        "applications",
        "appliesToCombinations",
        "authenticationFlows",
        "authenticationStrength",
        "authenticationType",
        "builtInControls",
        "clientAppTypes",
        "clientApplications",
        "cloudAppSecurity",
        "cloudAppSecurityType",
        "combinationConfigurations",
        "conditions",
        "createdDateTime",
        "customAuthenticationFactors",
        "deletedDateTime",
        "description",
        "deviceFilter",
        "devices",
        "disableResilienceDefaults",
        "displayName",
        "excludeApplications",
        "excludeGroups",
        "excludeGuestsOrExternalUsers",
        "excludeLocations",
        "excludePlatforms",
        "excludeRoles",
        "excludeServicePrincipals",
        "excludeUsers",
        "externalTenants",
        "frequencyInterval",
        "grantControls",
        "guestOrExternalUserTypes",
        "id",
        "includeApplications",
        "includeAuthenticationContextClassReferences",
        "includeGroups",
        "includeGuestsOrExternalUsers",
        "includeLocations",
        "includePlatforms",
        "includeRoles",
        "includeServicePrincipals",
        "includeUserActions",
        "includeUsers",
        "insiderRiskLevels",
        "isEnabled",
        "locations",
        "members",
        "membershipKind",
        "mode",
        "modifiedDateTime",
        "operator",
        "persistentBrowser",
        "platforms",
        "policyApplies",
        "policyType",
        "requirementsSatisfied",
        "rule",
        "secureSignInSession",
        "servicePrincipalFilter",
        "servicePrincipalRiskLevels",
        "sessionControls",
        "signInFrequency",
        "signInRiskLevels",
        "state",
        "templateId",
        "termsOfUse",
        "transferMethods",
        "type",
        "userRiskLevels",
        "users",
        "value",
    }
)
OF_STRENGTHS = (
    "@odata.type",
    "allowedCombinations",
    "combinationConfigurations",
    "createdDateTime",
    "description",
    "displayName",
    "modifiedDateTime",
    "policyType",
    "requirementsSatisfied",
)
_COMBINATIONS = "combinationConfigurations"
COMBINATIONS = Action(_COMBINATIONS, _COMBINATIONS, one_by_one=True, told_by="appliesToCombinations")

CONTRACTS = (
    Contract(
        key="conditionalAccessPolicy",
        path="/identity/conditionalAccess/policies",
        odata_type="microsoft.graph.conditionalAccessPolicy",
        stable_words=STABLE_WORDS,
        modified_field="modifiedDateTime",
        permissions=Permissions(
            to_read=(POLICY_READ,),
            to_write=(CONDITIONAL_ACCESS_WRITE, POLICY_READ, "Application.Read.All"),
            optional=(AUDIT_READ,),
        ),
        restore_order=400,
        settles=False,
        wishes={"$top": "200", **STATED_TOTAL},  # pages of 20 without a link to the next were seen
        kept_properties=("state", "templateId"),
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
        references=IN_CONDITIONS,
        # What the strength is, is said by itself.
        noise=tuple(f"grantControls.authenticationStrength.{name}" for name in OF_STRENGTHS),
        explained=("**.rule", "grantControls.authenticationStrength.combinationConfigurations[].**.id"),
    ),
    Contract(
        key="namedLocation",
        path="/identity/conditionalAccess/namedLocations",
        odata_type="microsoft.graph.namedLocation",
        version=Version.V1,
        modified_field="modifiedDateTime",
        permissions=Permissions(
            to_read=(POLICY_READ,), to_write=(CONDITIONAL_ACCESS_WRITE, POLICY_READ), optional=(AUDIT_READ,)
        ),
        restore_order=50,
        settles=False,
        kept_properties=("isTrusted", "countryLookupMethod"),
        unordered=("ipRanges", "countriesAndRegions"),
        disarmed={"isTrusted": False},
        create=Create(required=("@odata.type", "displayName")),
        references=(Reference("privateLinkResourcePolicyIds[]", Outside.PRIVATE_LINK_POLICY),),
        # Global Secure Access makes it, and no request does.
        exemptions=(Exemption(Reason.DELIVERED, types=("compliantNetworkNamedLocation",)),),
    ),
    Contract(
        key="authenticationStrength",
        path="/identity/conditionalAccess/authenticationStrength/policies",
        odata_type="microsoft.graph.authenticationStrengthPolicy",
        version=Version.V1,
        modified_field="modifiedDateTime",
        permissions=Permissions(
            to_read=(POLICY_READ,), to_write=("Policy.ReadWrite.AuthenticationMethod",), optional=(AUDIT_READ,)
        ),
        restore_order=45,
        settles=False,
        wishes={},
        # Without them a restored strength would be weaker: they name the keys and issuers that count. A list shows
        # them where it may expand; some directories refuse that, and one read for each takes a second.
        parts=(Part(_COMBINATIONS, expand=_COMBINATIONS, where={"policyType": "custom"}),),
        kept_properties=("policyType", "requirementsSatisfied", "allowedCombinations"),
        stripped=("policyType", "requirementsSatisfied", "combinationConfigurations[].id"),
        noise=("combinationConfigurations[].id",),
        unordered=("allowedCombinations", "combinationConfigurations", "appliesToCombinations", "allowedAAGUIDs"),
        create=Create(parts=(_COMBINATIONS,), required=("displayName", "allowedCombinations")),
        update=Update(
            without=("allowedCombinations",),
            actions=(
                Action("updateAllowedCombinations", "allowedCombinations", "allowedCombinations"),
                COMBINATIONS,
            ),
        ),
        explained=("combinationConfigurations[].id", "**.allowedAAGUIDs[]"),
        delivered={"policyType": "builtIn"},
    ),
    Contract(
        key="group",
        path="/groups",
        odata_type="microsoft.graph.group",
        version=Version.V1,
        modified_field="createdDateTime",  # a group states no change
        permissions=Permissions(to_read=("Group.Read.All", "GroupMember.Read.All"), to_write=("Group.ReadWrite.All",)),
        restore_order=5,
        settles=False,
        # Whole for what is shown and mapped; a list without it leaves most of these out.
        query={
            "$select": "id,displayName,description,createdDateTime,groupTypes,mail,mailEnabled,mailNickname,"
            "membershipRule,membershipRuleProcessingState,securityEnabled,onPremisesSyncEnabled,isAssignableToRole,"
            "isManagementRestricted,onPremisesDomainName,onPremisesSamAccountName,onPremisesSecurityIdentifier,"
            "resourceProvisioningOptions,uniqueName,visibility"
        },
        wishes={"$top": "999", **STATED_TOTAL},
        counts_with_lag=True,
        kept_properties=(
            "groupTypes",
            "mail",
            "mailEnabled",
            "mailNickname",
            "membershipRule",
            "membershipRuleProcessingState",
            "securityEnabled",
            "onPremisesSyncEnabled",
            "isAssignableToRole",
            "visibility",
        ),
        stripped=(
            "onPremisesSyncEnabled",
            "onPremisesDomainName",
            "onPremisesSamAccountName",
            "onPremisesSecurityIdentifier",
            "isManagementRestricted",
            "mail",
            "resourceProvisioningOptions",
            "uniqueName",
        ),
        create=Create(required=("displayName", "mailEnabled", "mailNickname", "securityEnabled")),
        update=Update(without=("isAssignableToRole", "groupTypes")),
        can_be_undeleted=True,
        references=(
            Reference("membershipRule", "group", within=r"(?i)group\.objectId\s+-in\s+\[\s*'([0-9a-f-]{36})'"),
        ),
        explained=("membershipRule", "groups[].membershipRule", "onPremisesSecurityIdentifier"),
        exemptions=(
            Exemption(Reason.SYNCED, where={"onPremisesSyncEnabled": (True,)}),
            Exemption(Reason.GIVES_POWER, where={"isAssignableToRole": (True,)}),
            Exemption(Reason.MEMBERS_MISSING, where={"membershipRule": (None, "")}),
        ),
    ),
)
