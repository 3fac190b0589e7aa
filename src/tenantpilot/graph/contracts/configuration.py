"""Device configuration and compliance."""

from tenantpilot.graph.contracts.model import Action, Assign, Contract, Create, Permissions, Reveal, Update
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, STATED_TOTAL, Part
from tenantpilot.graph.contracts.profiles import BINDS, USED_PROFILES, USED_REFERENCES
from tenantpilot.graph.contracts.references import (
    ASSIGNMENT_REFERENCES,
    SCOPE_TAG_REFERENCES,
    Outside,
    Reference,
)
from tenantpilot.graph.contracts.restoring import Reason

CONFIGURATION = Permissions(
    to_read=("DeviceManagementConfiguration.Read.All",), to_write=("DeviceManagementConfiguration.ReadWrite.All",)
)
SERVICE = Permissions(
    to_read=("DeviceManagementServiceConfig.Read.All",), to_write=("DeviceManagementServiceConfig.ReadWrite.All",)
)
ASSIGNED = (*ASSIGNMENT_REFERENCES, *SCOPE_TAG_REFERENCES)

# Pages of 25 unless asked otherwise, in the list and in the settings of one policy.
SETTINGS = Part("settings", params={"$top": "1000", **STATED_TOTAL}, stated_by="settingCount")
RULES = Part(
    "scheduledActionsForRule",
    params={"$expand": "scheduledActionConfigurations"},
    expand="scheduledActionsForRule($expand=scheduledActionConfigurations)",
)
REFERENCE_VALUE = "deviceManagementConfigurationReferenceSettingValue"
# Firewall groups, rules of privilege management and discovery scripts of Linux alike are reusable settings.
IN_SETTING_VALUES = (Reference("settings[].**.value", "reusableSetting", where=("@odata.type", REFERENCE_VALUE)),)
SETTING_TEXTS = ("settings[].**.value", "settings[].id")
IN_SETTINGS = ("settings[].id", "settings[].settingDefinitions")
IN_ACTIONS = (
    "scheduledActionsForRule[].id",
    "scheduledActionsForRule[].scheduledActionConfigurations@odata.context",
    "scheduledActionsForRule[].scheduledActionConfigurations[].id",
)
IN_ACTIONS_OWN = ("scheduledActionsForRule[].**.id", "**.MoreInfoUrl", "conditionStatementId")
BLOCK_ACTIONS = Action("scheduleActionsForRules", "scheduledActionsForRule", "deviceComplianceScheduledActionForRules")
NOTIFICATION = Reference(
    "scheduledActionsForRule[].scheduledActionConfigurations[].notificationTemplateId", "notificationTemplate"
)
IN_MESSAGES = ("localizedNotificationMessages[].id", "localizedNotificationMessages[].lastModifiedDateTime")
MESSAGES = Action("localizedNotificationMessages", "localizedNotificationMessages", one_by_one=True, told_by="locale")
CLASSIC_SECRETS = ("preSharedKey", "sharedSecret", "productKey")
TEMPLATE_NAMES = ("templateReference.templateDisplayName", "templateReference.templateDisplayVersion")
PAUSED = ("qualityUpdatesPaused", "featureUpdatesPaused")
PAUSES = (
    "qualityUpdatesPauseStartDate",
    "featureUpdatesPauseStartDate",
    "qualityUpdatesPauseExpiryDateTime",
    "featureUpdatesPauseExpiryDateTime",
    "qualityUpdatesWillBeRolledBack",
    "featureUpdatesWillBeRolledBack",
    "qualityUpdatesRollbackStartDateTime",
    "featureUpdatesRollbackStartDateTime",
)

NOT_CONFIGURED = (False, "notConfigured", "userDefined", "deviceDefault")
"""What a classic profile says of a property that nobody has set."""
PRIVACY = Part("privacyAccessControls", types=("windows10GeneralConfiguration",))
WRITE_PRIVACY = Action("windowsPrivacyAccessControls", "privacyAccessControls", "windowsPrivacyAccessControls")
BOUND = tuple(bind.name for bind in BINDS)
_KIOSK = "kioskProfiles[].appConfiguration"
IN_PROFILES = (
    Reference("kioskModeManagedAppId", "mobileApp"),
    Reference(f"{_KIOSK}.apps[].appId", "mobileApp"),
    Reference(f"{_KIOSK}.uwpApp.appId", "mobileApp"),
    Reference("kioskProfiles[].userAccountsConfiguration[].groupId", "group"),
    Reference("kioskProfiles[].userAccountsConfiguration[].userId", Outside.USER),
    Reference("perAppVPNProfileId", "deviceConfiguration"),
    Reference("microsoftTunnelSiteId", Outside.TUNNEL_SITE),
)

CONTRACTS = (
    Contract(
        key="settingsCatalog",
        path="/deviceManagement/configurationPolicies",
        odata_type="microsoft.graph.deviceManagementConfigurationPolicy",
        name_field="name",
        permissions=CONFIGURATION,
        restore_order=200,
        wishes={"$top": "100", **STATED_TOTAL},
        parts=(SETTINGS, ASSIGNMENTS),
        kept_properties=(
            "platforms",
            "technologies",
            "templateReference",
            "settingCount",
            "creationSource",
            "priorityMetaData",
        ),
        stripped=("priorityMetaData", *TEMPLATE_NAMES, *IN_SETTINGS),
        noise=(*TEMPLATE_NAMES, *IN_SETTINGS),
        create=Create(parts=("settings",), required=("name", "platforms", "technologies")),
        update=Update(method="PUT", parts=("settings",)),
        assign=Assign(),
        references=(*ASSIGNED, *IN_SETTING_VALUES),
        explained=SETTING_TEXTS,
    ),
    Contract(
        key="deviceConfiguration",
        path="/deviceManagement/deviceConfigurations",
        odata_type="microsoft.graph.deviceConfiguration",
        permissions=CONFIGURATION,
        restore_order=210,
        excluding=("windowsUpdateForBusinessConfiguration",),
        parts=(ASSIGNMENTS, PRIVACY, *USED_PROFILES),
        stripped=(
            "privacyAccessControls[].id",
            "omaSettings[].secretReferenceValueId",
            "omaSettings[].isEncrypted",
            "applyOnlyToWindows81",
            "applyOnlyToWindowsPhone81",
        ),
        secrets=CLASSIC_SECRETS,
        resting=NOT_CONFIGURED,
        noise=("privacyAccessControls[].id",),
        reveal=Reveal("omaSettings[]"),
        binds=BINDS,
        create=Create(parts=BOUND, required=("@odata.type", "displayName"), actions=(WRITE_PRIVACY,)),
        update=Update(parts=BOUND, actions=(WRITE_PRIVACY,)),
        assign=Assign(),
        references=(*ASSIGNED, *USED_REFERENCES, *IN_PROFILES),
        explained=(
            "privacyAccessControls[].id",
            "omaSettings[].**.value",
            "omaSettings[].**.omaUri",
            "omaSettings[].**.secretReferenceValueId",
        ),
    ),
    Contract(
        key="windowsUpdateRing",
        path="/deviceManagement/deviceConfigurations",
        odata_type="microsoft.graph.windowsUpdateForBusinessConfiguration",
        permissions=CONFIGURATION,
        restore_order=210,
        query={"$filter": "isof('microsoft.graph.windowsUpdateForBusinessConfiguration')"},
        only=("windowsUpdateForBusinessConfiguration",),
        parts=(ASSIGNMENTS,),
        kept_properties=("automaticUpdateMode", "qualityUpdatesPaused", "featureUpdatesPaused"),
        stripped=PAUSES,
        noise=PAUSES,
        resting=NOT_CONFIGURED,
        # A restore neither pauses nor resumes updates; that they differ is shown.
        create=Create(without=PAUSED, required=("@odata.type", "displayName")),
        update=Update(left_alone=PAUSED),
        assign=Assign(),
        references=ASSIGNED,
    ),
    Contract(
        key="compliancePolicy",
        path="/deviceManagement/deviceCompliancePolicies",
        odata_type="microsoft.graph.deviceCompliancePolicy",
        permissions=CONFIGURATION,
        restore_order=220,
        parts=(
            ASSIGNMENTS,
            RULES,
        ),
        stripped=IN_ACTIONS,
        noise=IN_ACTIONS,
        resting=NOT_CONFIGURED,
        create=Create(
            parts=("scheduledActionsForRule",), required=("@odata.type", "displayName", "scheduledActionsForRule")
        ),
        update=Update(actions=(BLOCK_ACTIONS,)),
        assign=Assign(),
        references=(
            *ASSIGNED,
            NOTIFICATION,
            Reference("deviceCompliancePolicyScript.deviceComplianceScriptId", "complianceScript"),
        ),
        explained=IN_ACTIONS_OWN,
    ),
    Contract(
        key="linuxCompliance",
        path="/deviceManagement/compliancePolicies",
        odata_type="microsoft.graph.deviceManagementCompliancePolicy",
        name_field="name",
        permissions=CONFIGURATION,
        restore_order=221,
        parts=(
            SETTINGS,
            ASSIGNMENTS,
            Part("scheduledActionsForRule", params={"$expand": "scheduledActionConfigurations"}),
        ),
        kept_properties=("platforms", "technologies", "settingCount", "creationSource"),
        stripped=(*IN_SETTINGS, *IN_ACTIONS),
        noise=(*IN_SETTINGS, *IN_ACTIONS),
        create=Create(parts=("settings", "scheduledActionsForRule"), required=("name", "platforms", "technologies")),
        update=Update(
            method="PUT",
            parts=("settings",),
            actions=(Action("setScheduledActions", "scheduledActionsForRule", "scheduledActions"),),
        ),
        assign=Assign(),
        references=(*ASSIGNED, NOTIFICATION, *IN_SETTING_VALUES),
        explained=(*SETTING_TEXTS, *IN_ACTIONS_OWN),
    ),
    Contract(
        key="endpointSecurityIntent",
        path="/deviceManagement/intents",
        odata_type="microsoft.graph.deviceManagementIntent",
        permissions=CONFIGURATION,
        restore_order=215,
        parts=(Part("settings", params=STATED_TOTAL), ASSIGNMENTS),
        kept_properties=("templateId", "isMigratingToConfigurationPolicy"),
        noise=("settings[].id", "isMigratingToConfigurationPolicy"),
        unordered=("settings",),
        create=Create(
            parts=("settings",),
            path="/deviceManagement/templates/{templateId}/createInstance",
            renames={"settings": "settingsDelta"},
            without=("templateId", "isMigratingToConfigurationPolicy", "settings[].id"),
            required=("displayName",),
        ),
        update=Update(actions=(Action("updateSettings", "settings", "settings", told_by="definitionId"),)),
        assign=Assign(),
        references=ASSIGNED,
        explained=(
            "settings[].**.id",
            "settings[].**.value",
            "settings[].**.valueJson",
            "settingsDelta[].id",
            "TemplateId",  # as some exports write it
        ),
        kept_out=Reason.CANNOT_REMOVE,
    ),
    Contract(
        key="reusableSetting",
        path="/deviceManagement/reusablePolicySettings",
        odata_type="microsoft.graph.deviceManagementReusablePolicySetting",
        permissions=CONFIGURATION,
        restore_order=70,
        # The list leaves settingInstance out unless it is asked for.
        query={
            "$select": "id,displayName,description,settingDefinitionId,settingInstance,createdDateTime,"
            "lastModifiedDateTime,version,referencingConfigurationPolicyCount"
        },
        kept_properties=("settingDefinitionId", "referencingConfigurationPolicyCount"),
        stripped=("referencingConfigurationPolicyCount",),
        noise=("referencingConfigurationPolicyCount",),
        create=Create(required=("displayName", "settingDefinitionId", "settingInstance")),
        update=Update(method="PUT"),
        references=(Reference("settingInstance.**.value", "reusableSetting", where=("@odata.type", REFERENCE_VALUE)),),
        explained=("settingInstance.**.value",),
    ),
    Contract(
        key="assignmentFilter",
        path="/deviceManagement/assignmentFilters",
        odata_type="microsoft.graph.deviceAndAppManagementAssignmentFilter",
        permissions=CONFIGURATION,
        restore_order=15,
        kept_properties=("platform", "rule", "roleScopeTags", "assignmentFilterManagementType"),
        stripped=("payloads",),
        noise=("payloads",),
        create=Create(required=("displayName", "platform", "rule")),
        update=Update(without=("platform", "assignmentFilterManagementType")),
        references=(Reference("roleScopeTags[]", "roleScopeTag"),),
        explained=("payloads[].**.payloadId", "payloads[].**.groupId", "rule"),
    ),
    Contract(
        key="notificationTemplate",
        path="/deviceManagement/notificationMessageTemplates",
        odata_type="microsoft.graph.notificationMessageTemplate",
        permissions=SERVICE,
        restore_order=40,
        parts=(Part("localizedNotificationMessages"),),
        kept_properties=("defaultLocale", "brandingOptions"),
        stripped=IN_MESSAGES,
        noise=IN_MESSAGES,
        create=Create(
            without=("defaultLocale",),
            required=("displayName",),
            actions=(MESSAGES,),
        ),
        update=Update(without=("defaultLocale",), actions=(MESSAGES,)),
        references=SCOPE_TAG_REFERENCES,
        explained=("localizedNotificationMessages[].id",),
    ),
)
