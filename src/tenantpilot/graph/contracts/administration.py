"""Contracts of the roles in Intune, and of settings of the tenant as a whole."""

from tenantpilot.graph.contracts.configuration import CONFIGURATION
from tenantpilot.graph.contracts.model import Assign, Bind, Contract, Create, Kind, Permissions, Update
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, STATED_TOTAL
from tenantpilot.graph.contracts.references import SCOPE_TAG_REFERENCES, Outside, Reference
from tenantpilot.graph.contracts.restoring import Reason

RBAC = Permissions(to_read=("DeviceManagementRBAC.Read.All",), to_write=("DeviceManagementRBAC.ReadWrite.All",))
DEVICES = Permissions(
    to_read=("DeviceManagementManagedDevices.Read.All",), to_write=("DeviceManagementManagedDevices.ReadWrite.All",)
)

OF_ROLES = (
    "@odata.type",
    "description",
    "displayName",
    "isBuiltIn",
    "isBuiltInRoleDefinition",
    "permissions",
    "rolePermissions",
    "roleScopeTagIds",
)

CONTRACTS = (
    Contract(
        key="roleScopeTag",
        path="/deviceManagement/roleScopeTags",
        odata_type="microsoft.graph.roleScopeTag",
        modified_field="",
        permissions=RBAC,
        restore_order=10,
        parts=(ASSIGNMENTS,),
        kept_properties=("isBuiltIn",),
        stripped=("isBuiltIn",),
        create=Create(required=("displayName",)),
        assign=Assign(),
        references=(Reference("assignments[].target.groupId", "group"),),
        delivered={"isBuiltIn": True},
    ),
    Contract(
        key="roleDefinition",
        path="/deviceManagement/roleDefinitions",
        odata_type="microsoft.graph.roleDefinition",
        modified_field="",
        permissions=RBAC,
        restore_order=20,
        full_query={},
        kept_properties=("isBuiltIn", "isBuiltInRoleDefinition"),
        stripped=("isBuiltIn", "isBuiltInRoleDefinition", "roleAssignments"),
        unordered=("allowedResourceActions", "notAllowedResourceActions", "actions"),
        create=Create(required=("displayName", "rolePermissions")),
        references=SCOPE_TAG_REFERENCES,
        delivered={"isBuiltIn": True},
    ),
    Contract(
        key="roleAssignment",
        path="/deviceManagement/roleAssignments",
        odata_type="microsoft.graph.deviceAndAppManagementRoleAssignment",
        modified_field="",
        permissions=RBAC,
        restore_order=500,
        full_query={"$expand": "roleDefinition,roleScopeTags"},
        kept_properties=("scopeType",),
        # What the role and the tags are is said by themselves.
        noise=(
            *(f"roleDefinition.{name}" for name in OF_ROLES),
            *(f"roleScopeTags[].{name}" for name in ("@odata.type", "description", "displayName", "isBuiltIn")),
        ),
        unordered=("members", "scopeMembers", "resourceScopes", "roleScopeTags"),
        binds=(
            Bind("roleDefinition", "/deviceManagement/roleDefinitions('{id}')"),
            Bind("roleScopeTags", "/deviceManagement/roleScopeTags('{id}')"),
        ),
        create=Create(required=("displayName", "roleDefinition")),
        references=(
            Reference("members[]", "group"),
            Reference("scopeMembers[]", "group"),
            Reference("resourceScopes[]", "group"),
            Reference("roleDefinition.id", "roleDefinition"),
            Reference("roleScopeTags[].id", "roleScopeTag"),
        ),
        kept_out=Reason.GIVES_POWER,
    ),
    Contract(
        key="deviceCategory",
        path="/deviceManagement/deviceCategories",
        odata_type="microsoft.graph.deviceCategory",
        modified_field="",
        permissions=DEVICES,
        restore_order=60,
        create=Create(required=("displayName",)),
        references=SCOPE_TAG_REFERENCES,
    ),
    Contract(
        key="cleanupRule",
        path="/deviceManagement/managedDeviceCleanupRules",
        odata_type="microsoft.graph.managedDeviceCleanupRule",
        permissions=DEVICES,
        restore_order=291,
        kept_properties=("deviceCleanupRulePlatformType", "deviceInactivityBeforeRetirementInDays"),
        create=Create(required=("displayName", "deviceCleanupRulePlatformType")),
    ),
    Contract(
        key="deviceManagementSettings",
        path="/deviceManagement",
        kind=Kind.SINGLETON,
        odata_type="microsoft.graph.deviceManagementSettings",
        name_field="",
        modified_field="",
        permissions=CONFIGURATION,
        restore_order=90,
        query={"$select": "settings"},
        wishes={},
        kept_properties=("settings",),
        create=None,
        update=Update(),
        kept_out=Reason.WHOLE_TENANT,
    ),
    Contract(
        key="auditEvent",
        path="/deviceManagement/auditEvents",
        kind=Kind.FEED,
        odata_type="microsoft.graph.auditEvent",
        modified_field="activityDateTime",
        permissions=Permissions(to_read=("DeviceManagementApps.Read.All",)),
        restore_order=0,
        wishes={"$top": "500", **STATED_TOTAL},
        kept_properties=("activityDateTime", "activityType", "activityOperationType", "activityResult", "category"),
        create=None,
        update=None,
        references=(
            Reference("actor.userId", Outside.USER),
            Reference("actor.applicationId", Outside.APPLICATION),
            Reference("actor.userRoleScopeTags[].roleScopeTagId", "roleScopeTag"),
        ),
        explained=("correlationId", "**.resourceId", "actor.**.remoteUserId", "actor.**.remoteTenantId"),
        kept_out=Reason.READ_ONLY,
    ),
)
