"""Contracts of the ways devices come in, and of what their users see."""

from tenantpilot.graph.contracts.configuration import ASSIGNED, SERVICE
from tenantpilot.graph.contracts.model import Assign, Contract, Create, Kind, Update, Version
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, Part
from tenantpilot.graph.contracts.references import Reference
from tenantpilot.graph.contracts.restoring import Reason

# Graph tells them by @odata.type, and refuses or ignores them in a body.
TYPE_AGAIN = ("deviceEnrollmentConfigurationType", "platformType")
IMAGES = ("themeColorLogo", "lightBackgroundLogo", "landingPageCustomizedImage")
STATUS_PAGE = "windows10EnrollmentCompletionPageConfiguration"

CONTRACTS = (
    Contract(
        key="autopilotProfile",
        path="/deviceManagement/windowsAutopilotDeploymentProfiles",
        odata_type="microsoft.graph.windowsAutopilotDeploymentProfile",
        permissions=SERVICE,
        restore_order=260,
        parts=(ASSIGNMENTS,),
        is_deleted_unassigned=True,
        resting=(False,),
        kept_properties=("deviceNameTemplate", "deviceType", "locale", "preprovisioningAllowed"),
        # The four last are old names of others.
        stripped=(
            "managementServiceAppId",
            "enableWhiteGlove",
            "extractHardwareHash",
            "language",
            "outOfBoxExperienceSettings",
        ),
        create=Create(required=("@odata.type", "displayName")),
        update=Update(without=("managementServiceAppId",)),
        assign=Assign(body_key="", path="assignments", one_by_one=True),
        references=ASSIGNED,
        explained=("managementServiceAppId",),
    ),
    Contract(
        key="enrollmentConfiguration",
        path="/deviceManagement/deviceEnrollmentConfigurations",
        odata_type="microsoft.graph.deviceEnrollmentConfiguration",
        permissions=SERVICE,
        restore_order=262,
        excluding=(STATUS_PAGE,),
        parts=(ASSIGNMENTS,),
        kept_properties=("priority", "deviceEnrollmentConfigurationType"),
        create=Create(without=("priority", TYPE_AGAIN[0]), required=("@odata.type", "displayName")),
        update=Update(without=TYPE_AGAIN, left_alone=("priority",)),
        assign=Assign("enrollmentConfigurationAssignments"),
        references=(
            *ASSIGNED,
            Reference("notificationTemplates[]", "notificationTemplate", within="([0-9a-fA-F-]{36})$"),
            Reference("notificationMessageTemplateId", "notificationTemplate"),
        ),
        delivered={"priority": 0},
        kept_out=Reason.SHARED_ORDER,
    ),
    Contract(
        key="enrollmentStatusPage",
        path="/deviceManagement/deviceEnrollmentConfigurations",
        odata_type=f"microsoft.graph.{STATUS_PAGE}",
        permissions=SERVICE,
        restore_order=263,
        only=(STATUS_PAGE,),
        parts=(ASSIGNMENTS,),
        kept_properties=("priority", "deviceEnrollmentConfigurationType"),
        unordered=("selectedMobileAppIds",),
        create=Create(without=("priority", TYPE_AGAIN[0]), required=("@odata.type", "displayName")),
        update=Update(without=TYPE_AGAIN[:1], left_alone=("priority",)),
        assign=Assign("enrollmentConfigurationAssignments"),
        references=(*ASSIGNED, Reference("selectedMobileAppIds[]", "mobileApp")),
        delivered={"priority": 0},
    ),
    Contract(
        key="appleDepProfile",
        path="/deviceManagement/depOnboardingSettings/{parent}/enrollmentProfiles",
        parent_path="/deviceManagement/depOnboardingSettings",
        kind=Kind.NESTED,
        odata_type="microsoft.graph.enrollmentProfile",
        modified_field="",
        permissions=SERVICE,
        restore_order=264,
        kept_properties=("requiresUserAuthentication", "enableAuthenticationViaCompanyPortal"),
        secrets=("adminAccountPassword",),
        create=None,
        update=None,
        kept_out=Reason.BOUND_TO_TOKEN,
    ),
    Contract(
        key="termsAndConditions",
        path="/deviceManagement/termsAndConditions",
        odata_type="microsoft.graph.termsAndConditions",
        version=Version.V1,
        permissions=SERVICE,
        restore_order=280,
        parts=(ASSIGNMENTS,),
        kept_properties=("title",),
        create=Create(required=("displayName", "title", "bodyText", "acceptanceStatement")),
        assign=Assign(body_key="", path="assignments", one_by_one=True),
        references=ASSIGNED,
    ),
    Contract(
        key="brandingProfile",
        path="/deviceManagement/intuneBrandingProfiles",
        odata_type="microsoft.graph.intuneBrandingProfile",
        name_field="profileName",
        permissions=SERVICE,
        restore_order=281,
        full_query={},
        # The images are empty in the list and in the profile itself.
        parts=(ASSIGNMENTS, *(Part(name, is_single=True) for name in IMAGES)),
        kept_properties=("displayName", "profileDescription", "isDefaultProfile"),
        stripped=("isDefaultProfile", "disableClientTelemetry"),
        create=Create(parts=IMAGES, required=("profileName",)),
        update=Update(parts=IMAGES),
        assign=Assign(),
        references=ASSIGNED,
        delivered={"isDefaultProfile": True},
    ),
)
