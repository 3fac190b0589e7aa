"""Scripts: the list leaves their content out."""

from tenantpilot.graph.contracts.configuration import ASSIGNED
from tenantpilot.graph.contracts.model import Assign, Contract, Create, Permissions, Update
from tenantpilot.graph.contracts.parts import ASSIGNMENTS

SCRIPTS = Permissions(
    to_read=("DeviceManagementScripts.Read.All",), to_write=("DeviceManagementScripts.ReadWrite.All",)
)

CONTRACTS = (
    Contract(
        key="powershellScript",
        path="/deviceManagement/deviceManagementScripts",
        odata_type="microsoft.graph.deviceManagementScript",
        permissions=SCRIPTS,
        restore_order=250,
        full_query={},
        parts=(ASSIGNMENTS,),
        kept_properties=("fileName", "runAsAccount", "enforceSignatureCheck", "runAs32Bit"),
        create=Create(required=("displayName", "scriptContent", "fileName")),
        assign=Assign("deviceManagementScriptAssignments"),
        references=ASSIGNED,
    ),
    Contract(
        key="shellScript",
        path="/deviceManagement/deviceShellScripts",
        odata_type="microsoft.graph.deviceShellScript",
        permissions=SCRIPTS,
        restore_order=251,
        full_query={},
        parts=(ASSIGNMENTS,),
        kept_properties=("fileName", "runAsAccount", "executionFrequency", "retryCount"),
        create=Create(required=("displayName", "scriptContent", "fileName")),
        assign=Assign("deviceManagementScriptAssignments"),
        references=ASSIGNED,
    ),
    Contract(
        key="remediation",
        path="/deviceManagement/deviceHealthScripts",
        odata_type="microsoft.graph.deviceHealthScript",
        permissions=SCRIPTS,
        restore_order=252,
        full_query={},
        parts=(ASSIGNMENTS,),
        kept_properties=("publisher", "runAsAccount", "isGlobalScript", "deviceHealthScriptType"),
        stripped=("highestAvailableVersion", "isGlobalScript", "deviceHealthScriptType"),
        noise=("highestAvailableVersion",),
        create=Create(required=("displayName", "detectionScriptContent")),
        assign=Assign("deviceHealthScriptAssignments"),
        references=ASSIGNED,
        delivered={"isGlobalScript": True},
    ),
    Contract(
        key="customAttribute",
        path="/deviceManagement/deviceCustomAttributeShellScripts",
        odata_type="microsoft.graph.deviceCustomAttributeShellScript",
        permissions=SCRIPTS,
        restore_order=253,
        full_query={},
        parts=(ASSIGNMENTS,),
        kept_properties=("fileName", "runAsAccount", "customAttributeName", "customAttributeType"),
        create=Create(required=("displayName", "scriptContent", "fileName", "customAttributeName")),
        update=Update(without=("customAttributeName", "customAttributeType", "displayName")),
        assign=Assign("deviceManagementScriptAssignments"),
        references=ASSIGNED,
    ),
    Contract(
        key="complianceScript",
        path="/deviceManagement/deviceComplianceScripts",
        odata_type="microsoft.graph.deviceComplianceScript",
        permissions=SCRIPTS,
        restore_order=80,
        full_query={},
        parts=(ASSIGNMENTS,),
        kept_properties=("publisher", "runAsAccount", "platform"),
        create=Create(required=("displayName", "detectionScriptContent")),
        assign=Assign("deviceHealthScriptAssignments"),
        references=ASSIGNED,
    ),
)
