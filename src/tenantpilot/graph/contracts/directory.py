"""Paths of the directory, and of definitions, that are read beside the contracts."""

GROUP_CHANGES = "/v1.0/groups/delta"
OBJECTS_BY_IDS = "/v1.0/directoryObjects/getByIds"
MOST_IDS = 1000
DELETED = "/v1.0/directory/deletedItems"
TRANSITIVE_MEMBERS = "/v1.0/groups/{}/transitiveMembers"
USER = "/v1.0/users/{}"
GROUPS_AND_ROLES_OF_USER = "/v1.0/users/{}/transitiveMemberOf"
SETTING_DEFINITION = "/beta/deviceManagement/configurationSettings/{}"
SETTING_CATEGORY = "/beta/deviceManagement/configurationCategories/{}"
DIRECTORY_AUDITS = "/v1.0/auditLogs/directoryAudits"
APPROVALS = "/beta/deviceManagement/operationApprovalRequests"
