"""Device configuration and compliance."""

from tenantpilot.graph.contracts.model import (
    ASSIGNMENT_REFERENCES,
    ASSIGNMENTS,
    SCOPE_TAG_REFERENCES,
    STATED_TOTAL,
    Action,
    Assign,
    Bind,
    Contract,
    Create,
    Part,
    Permissions,
    Reference,
    RestoreMode,
    Reveal,
    Update,
)

CONFIGURATION = Permissions(
    read=("DeviceManagementConfiguration.Read.All",), write=("DeviceManagementConfiguration.ReadWrite.All",)
)
SERVICE = Permissions(
    read=("DeviceManagementServiceConfig.Read.All",), write=("DeviceManagementServiceConfig.ReadWrite.All",)
)
ASSIGNED = (*ASSIGNMENT_REFERENCES, *SCOPE_TAG_REFERENCES)

# Pages of 25 unless asked otherwise, in the list and in the settings of one policy.
SETTINGS = Part("settings", params={"$top": "1000", **STATED_TOTAL}, stated_by="settingCount")
RULES = Part(
    "scheduledActionsForRule",
    params={"$expand": "scheduledActionConfigurations"},
    expand="scheduledActionsForRule($expand=scheduledActionConfigurations)",
)
IN_SETTINGS = ("settings[].id", "settings[].settingDefinitions")
IN_ACTIONS = (
    "scheduledActionsForRule[].id",
    "scheduledActionsForRule[].scheduledActionConfigurations@odata.context",
    "scheduledActionsForRule[].scheduledActionConfigurations[].id",
)
BLOCK_ACTIONS = Action("scheduleActionsForRules", "scheduledActionsForRule", "deviceComplianceScheduledActionForRules")
NOTIFICATION = Reference(
    "scheduledActionsForRule[].scheduledActionConfigurations[].notificationTemplateId", "notificationTemplate"
)
IN_DEFINITION_VALUES = tuple(
    f"definitionValues[].{below}{name}"
    for below in ("", "presentationValues[].")
    for name in ("id", "createdDateTime", "lastModifiedDateTime")
)
DEFINITION_VALUES = Action(
    "updateDefinitionValues",
    "definitionValues",
    "added",
    removed_key="deletedIds",
    changed_key="updated",
    bind=Bind(
        "definition",
        "/deviceManagement/groupPolicyDefinitions('{id}')",
        below="presentationValues",
        inner=Bind("presentation", "/presentations('{id}')"),
    ),
)
IN_MESSAGES = ("localizedNotificationMessages[].id", "localizedNotificationMessages[].lastModifiedDateTime")
MESSAGES = Action("localizedNotificationMessages", "localizedNotificationMessages", each=True, told_by="locale")
CLASSIC_SECRETS = ("preSharedKey", "sharedSecret", "productKey")
TEMPLATE_NAMES = ("templateReference.templateDisplayName", "templateReference.templateDisplayVersion")
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
        kept=("platforms", "technologies", "templateReference", "settingCount", "creationSource", "priorityMetaData"),
        stripped=("priorityMetaData", *TEMPLATE_NAMES, *IN_SETTINGS),
        noise=(*TEMPLATE_NAMES, *IN_SETTINGS),
        create=Create(parts=("settings",), required=("name", "platforms", "technologies")),
        update=Update(method="PUT", parts=("settings",)),
        assign=Assign(),
        references=ASSIGNED,
    ),
    Contract(
        key="deviceConfiguration",
        path="/deviceManagement/deviceConfigurations",
        odata_type="microsoft.graph.deviceConfiguration",
        permissions=CONFIGURATION,
        restore_order=210,
        excluding=("windowsUpdateForBusinessConfiguration",),
        parts=(ASSIGNMENTS,),
        stripped=(
            "omaSettings[].secretReferenceValueId",
            "omaSettings[].isEncrypted",
            "applyOnlyToWindows81",
            "applyOnlyToWindowsPhone81",
        ),
        secrets=CLASSIC_SECRETS,
        reveal=Reveal("omaSettings[]"),
        create=Create(required=("@odata.type", "displayName")),
        assign=Assign(),
        references=(*ASSIGNED, Reference("rootCertificate.id", "deviceConfiguration")),
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
        kept=("automaticUpdateMode", "qualityUpdatesPaused", "featureUpdatesPaused"),
        stripped=PAUSES,
        noise=PAUSES,
        create=Create(required=("@odata.type", "displayName")),
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
        kept=("platforms", "technologies", "settingCount", "creationSource"),
        stripped=(*IN_SETTINGS, *IN_ACTIONS),
        noise=(*IN_SETTINGS, *IN_ACTIONS),
        create=Create(parts=("settings", "scheduledActionsForRule"), required=("name", "platforms", "technologies")),
        update=Update(
            method="PUT",
            parts=("settings",),
            actions=(Action("setScheduledActions", "scheduledActionsForRule", "scheduledActions"),),
        ),
        assign=Assign(),
        references=(*ASSIGNED, NOTIFICATION),
    ),
    Contract(
        key="endpointSecurityIntent",
        path="/deviceManagement/intents",
        odata_type="microsoft.graph.deviceManagementIntent",
        permissions=CONFIGURATION,
        restore_order=215,
        parts=(Part("settings", params=STATED_TOTAL), ASSIGNMENTS),
        kept=("templateId", "isMigratingToConfigurationPolicy"),
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
        # No call removes a setting, so that a restore could not be exact.
        restore=RestoreMode.PREVIEW_ONLY,
    ),
    Contract(
        key="administrativeTemplate",
        path="/deviceManagement/groupPolicyConfigurations",
        odata_type="microsoft.graph.groupPolicyConfiguration",
        permissions=CONFIGURATION,
        restore_order=212,
        parts=(
            Part(
                "definitionValues",
                params={"$expand": "definition", "$top": "200", **STATED_TOTAL},
                parts=(Part("presentationValues", params={"$expand": "presentation", **STATED_TOTAL}),),
            ),
            ASSIGNMENTS,
        ),
        kept=("policyConfigurationIngestionType",),
        noise=(
            *IN_DEFINITION_VALUES,
            "definitionValues[].definition.lastModifiedDateTime",
            "definitionValues[].presentationValues[].presentation.lastModifiedDateTime",
        ),
        stripped=IN_DEFINITION_VALUES,
        unordered=("definitionValues", "presentationValues"),
        create=Create(required=("displayName",), actions=(DEFINITION_VALUES,)),
        update=Update(actions=(DEFINITION_VALUES,)),
        assign=Assign(),
        references=ASSIGNED,
        # Definition ids of uploaded ADMX files differ from tenant to tenant.
        restore=RestoreMode.PREVIEW_ONLY,
    ),
    Contract(
        key="admxFile",
        path="/deviceManagement/groupPolicyUploadedDefinitionFiles",
        odata_type="microsoft.graph.groupPolicyUploadedDefinitionFile",
        permissions=CONFIGURATION,
        restore_order=45,
        kept=("fileName", "languageCodes", "targetPrefix", "targetNamespace", "policyType", "revision", "status"),
        create=None,
        update=None,
        restore=RestoreMode.PREVIEW_ONLY,  # the content never comes back from Graph
    ),
    Contract(
        key="reusableSetting",
        path="/deviceManagement/reusablePolicySettings",
        odata_type="microsoft.graph.deviceManagementReusablePolicySetting",
        permissions=CONFIGURATION,
        restore_order=70,
        whole={},
        kept=("settingDefinitionId", "referencingConfigurationPolicyCount"),
        stripped=("referencingConfigurationPolicyCount",),
        noise=("referencingConfigurationPolicyCount",),
        create=Create(required=("displayName", "settingDefinitionId", "settingInstance")),
        update=Update(method="PUT"),
    ),
    Contract(
        key="assignmentFilter",
        path="/deviceManagement/assignmentFilters",
        odata_type="microsoft.graph.deviceAndAppManagementAssignmentFilter",
        permissions=CONFIGURATION,
        restore_order=15,
        kept=("platform", "rule", "roleScopeTags", "assignmentFilterManagementType"),
        stripped=("payloads",),
        noise=("payloads",),
        create=Create(required=("displayName", "platform", "rule")),
        update=Update(without=("platform", "assignmentFilterManagementType")),
        references=(Reference("roleScopeTags[]", "roleScopeTag"),),
    ),
    Contract(
        key="notificationTemplate",
        path="/deviceManagement/notificationMessageTemplates",
        odata_type="microsoft.graph.notificationMessageTemplate",
        permissions=SERVICE,
        restore_order=40,
        parts=(Part("localizedNotificationMessages"),),
        kept=("defaultLocale", "brandingOptions"),
        stripped=IN_MESSAGES,
        noise=IN_MESSAGES,
        create=Create(
            without=("defaultLocale",),
            required=("displayName",),
            actions=(
                Action("localizedNotificationMessages", "localizedNotificationMessages", each=True, told_by="locale"),
            ),
        ),
        update=Update(without=("defaultLocale",)),
        references=SCOPE_TAG_REFERENCES,
    ),
)
