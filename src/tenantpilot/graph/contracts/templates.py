"""Administrative templates and the ADMX files that tenants upload for them."""

from tenantpilot.graph.contracts.configuration import ASSIGNED, CONFIGURATION
from tenantpilot.graph.contracts.model import Action, Assign, Bind, Contract, Create, Update
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, STATED_TOTAL, Part
from tenantpilot.graph.contracts.references import Outside, Reference
from tenantpilot.graph.contracts.restoring import Exemption, Reason

UPLOADED = Reason.UPLOADED_DEFINITIONS
IN_DEFINITION_VALUES = tuple(
    f"definitionValues[].{below}{name}"
    for below in ("", "presentationValues[].")
    for name in ("id", "createdDateTime", "lastModifiedDateTime")
)
# What Microsoft says about a setting, the same for every policy that sets it.
OF_DEFINITIONS = (
    "categoryPath",
    "classType",
    "displayName",
    "explainText",
    "groupPolicyCategoryId",
    "hasRelatedDefinitions",
    "lastModifiedDateTime",
    "minDeviceCspVersion",
    "minUserCspVersion",
    "policyType",
    "supportedOn",
    "version",
)
OF_PRESENTATIONS = (
    "@odata.type",
    "defaultChecked",
    "defaultItem",
    "defaultValue",
    "explicitValue",
    "items",
    "label",
    "lastModifiedDateTime",
    "maxLength",
    "maxStrings",
    "maxValue",
    "minValue",
    "required",
    "spin",
    "spinStep",
    "suggestions",
    "valuePrefix",
)
DEFINITIONS = "/deviceManagement/groupPolicyDefinitions"
DEFINITION_VALUES = Action(
    "updateDefinitionValues",
    "definitionValues",
    "added",
    removed_key="deletedIds",
    changed_key="updated",
    bind=Bind(
        "definition",
        DEFINITIONS + "('{id}')",
        below="presentationValues",
        inner=Bind("presentation", "/presentations('{id}')"),
    ),
)

CONTRACTS = (
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
        kept_properties=("policyConfigurationIngestionType",),
        noise=(
            *IN_DEFINITION_VALUES,
            *(f"definitionValues[].definition.{name}" for name in OF_DEFINITIONS),
            *(f"definitionValues[].presentationValues[].presentation.{name}" for name in OF_PRESENTATIONS),
        ),
        stripped=IN_DEFINITION_VALUES,
        defaults={"definitionValues[].configurationType": "policy"},
        unordered=("definitionValues", "presentationValues"),
        create=Create(required=("displayName",), actions=(DEFINITION_VALUES,)),
        update=Update(actions=(DEFINITION_VALUES,)),
        assign=Assign(),
        references=(
            *ASSIGNED,
            Reference(
                "definitionValues[].definition.id", Outside.ADMX_DEFINITION, where=("policyType", "admxIngested")
            ),
        ),
        explained=("definitionValues[].**.id", "definitionValues[].**.value", "**.groupPolicyCategoryId"),
        exemptions=(
            Exemption(Reason.UPLOADED_DEFINITIONS, where={"policyConfigurationIngestionType": ("custom", "mixed")}),
            Exemption(
                Reason.UPLOADED_DEFINITIONS, where={"definitionValues[].definition.policyType": ("admxIngested",)}
            ),
        ),
    ),
    Contract(
        key="admxFile",
        path="/deviceManagement/groupPolicyUploadedDefinitionFiles",
        odata_type="microsoft.graph.groupPolicyUploadedDefinitionFile",
        permissions=CONFIGURATION,
        restore_order=45,
        kept_properties=(
            "fileName",
            "languageCodes",
            "targetPrefix",
            "targetNamespace",
            "policyType",
            "revision",
            "status",
        ),
        create=None,
        update=None,
        explained=("**.id",),
        kept_out=Reason.CONTENT_MISSING,
    ),
)
