"""Scripts: lists leave their content out, and it must be fetched one by one."""

from intunesim.catalog.model import Assign, Child, Collection, Limit
from intunesim.catalog.roles import SCRIPTS

ASSIGNMENTS = Child("assignments", page_size=25)
GROUP_ASSIGNMENTS = Child("groupAssignments", page_size=25)
TAGS = {"roleScopeTagIds": ["0"]}
READ, WRITE = SCRIPTS

COLLECTIONS = (
    Collection(
        key="powershellScript",
        path="deviceManagement/deviceManagementScripts",
        entity="deviceManagementScript",
        read_roles=READ,
        write_roles=WRITE,
        limit=Limit.DEVICES,
        workload="script",
        list_omits=("scriptContent",),
        children=(ASSIGNMENTS, GROUP_ASSIGNMENTS),
        required=("displayName", "scriptContent", "fileName"),
        defaults={"description": "", **TAGS, "runAsAccount": "system", "enforceSignatureCheck": False},
        assign=Assign("deviceManagementScriptAssignments"),
    ),
    Collection(
        key="shellScript",
        path="deviceManagement/deviceShellScripts",
        entity="deviceShellScript",
        read_roles=READ,
        write_roles=WRITE,
        limit=Limit.DEVICES,
        workload="script",
        list_omits=("scriptContent",),
        children=(ASSIGNMENTS, GROUP_ASSIGNMENTS),
        required=("displayName", "scriptContent", "fileName"),
        defaults={"description": "", **TAGS, "runAsAccount": "system", "retryCount": 0},
        assign=Assign("deviceManagementScriptAssignments"),
    ),
    Collection(
        key="customAttribute",
        path="deviceManagement/deviceCustomAttributeShellScripts",
        entity="deviceCustomAttributeShellScript",
        read_roles=READ,
        write_roles=WRITE,
        limit=Limit.DEVICES,
        workload="script",
        list_omits=("scriptContent",),
        children=(ASSIGNMENTS, GROUP_ASSIGNMENTS),
        required=("displayName", "customAttributeName", "customAttributeType", "scriptContent", "fileName"),
        refused_on_update=("displayName", "customAttributeName", "customAttributeType"),
        defaults={"description": "", **TAGS, "runAsAccount": "system"},
        assign=Assign("deviceManagementScriptAssignments"),
    ),
    Collection(
        key="remediation",
        path="deviceManagement/deviceHealthScripts",
        entity="deviceHealthScript",
        read_roles=READ,
        write_roles=WRITE,
        limit=Limit.DEVICES,
        workload="script",
        list_omits=("detectionScriptContent", "remediationScriptContent"),
        children=(ASSIGNMENTS,),
        required=("displayName", "publisher", "detectionScriptContent"),
        refused_on_create=("isGlobalScript", "highestAvailableVersion"),
        defaults={
            "description": "",
            **TAGS,
            "version": "1",
            "runAsAccount": "system",
            "isGlobalScript": False,
            "highestAvailableVersion": None,
            "deviceHealthScriptType": "deviceHealthScript",
        },
        assign=Assign("deviceHealthScriptAssignments"),
    ),
    Collection(
        key="complianceScript",
        path="deviceManagement/deviceComplianceScripts",
        entity="deviceComplianceScript",
        read_roles=READ,
        write_roles=WRITE,
        limit=Limit.DEVICES,
        workload="script",
        list_omits=("detectionScriptContent",),
        children=(ASSIGNMENTS,),
        required=("displayName", "detectionScriptContent"),
        defaults={"description": "", **TAGS, "version": "1", "runAsAccount": "system"},
        assign=Assign("deviceHealthScriptAssignments"),
    ),
)
