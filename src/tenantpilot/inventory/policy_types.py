"""The catalogue of policy types: what people call them. How Graph serves them is in `graph.contracts`, by the same keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.errors import TenantPilotError

Label = str | Promise
POLICY_TYPES = ngettext_lazy("policy type", "policy types")


class Area(StrEnum):
    """The area of the Intune console in which a type is kept, in the order that people expect."""

    CONFIGURATION = "configuration"
    COMPLIANCE = "compliance"
    CONDITIONAL_ACCESS = "conditional_access"
    SCRIPTS = "scripts"
    APPS = "apps"
    ENROLLMENT = "enrollment"
    UPDATES = "updates"
    CLOUD_PC = "cloud_pc"
    ADMINISTRATION = "administration"

    @property
    def label(self) -> str:
        return str(AREA_LABELS[self])


AREA_LABELS: dict[Area, Label] = {
    Area.CONFIGURATION: _("Configuration"),
    Area.COMPLIANCE: _("Compliance"),
    Area.CONDITIONAL_ACCESS: _("Conditional Access"),
    Area.SCRIPTS: _("Scripts and remediations"),
    Area.APPS: _("Apps"),
    Area.ENROLLMENT: _("Enrollment"),
    Area.UPDATES: _("Windows updates"),
    Area.CLOUD_PC: _("Windows 365"),
    Area.ADMINISTRATION: _("Tenant administration"),
}


class Platform(StrEnum):
    """The platform of a policy. `ALL` is also the answer for what has no platform, such as a role."""

    WINDOWS = "windows"
    MACOS = "macos"
    IOS = "ios"
    ANDROID = "android"
    LINUX = "linux"
    ALL = "all"

    @property
    def label(self) -> str:
        return str(PLATFORM_LABELS[self])


PLATFORM_LABELS: dict[Platform, Label] = {
    Platform.WINDOWS: _("Windows"),
    Platform.MACOS: _("macOS"),
    Platform.IOS: _("iOS/iPadOS"),
    Platform.ANDROID: _("Android"),
    Platform.LINUX: _("Linux"),
    Platform.ALL: _("All platforms"),
}


@dataclass(frozen=True)
class PolicyType:
    """`platform` is that of every policy of the type, or ALL where each policy has its own. `icon` is a Lucide name."""

    key: str
    label: Label
    area: Area
    platform: Platform
    icon: str


class UnknownPolicyType(TenantPilotError):
    """`keys` are none of ours."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = sorted(keys)
        super().__init__(f"no policy type {', '.join(self.keys)}")


_TYPES = (
    PolicyType("settingsCatalog", _("Settings catalog"), Area.CONFIGURATION, Platform.ALL, "sliders-horizontal"),
    PolicyType("deviceConfiguration", _("Device configuration"), Area.CONFIGURATION, Platform.ALL, "settings-2"),
    PolicyType("administrativeTemplate", _("Administrative template"), Area.CONFIGURATION, Platform.WINDOWS, "file-cog"),
    PolicyType("endpointSecurityIntent", _("Endpoint security intent"), Area.CONFIGURATION, Platform.WINDOWS, "shield"),
    PolicyType("reusableSetting", _("Reusable settings"), Area.CONFIGURATION, Platform.WINDOWS, "recycle"),
    PolicyType("admxFile", _("Imported ADMX file"), Area.CONFIGURATION, Platform.WINDOWS, "file-up"),
    PolicyType("compliancePolicy", _("Compliance policy"), Area.COMPLIANCE, Platform.ALL, "clipboard-check"),
    PolicyType("linuxCompliance", _("Compliance policy for Linux"), Area.COMPLIANCE, Platform.LINUX, "clipboard-check"),
    PolicyType("complianceScript", _("Compliance script"), Area.COMPLIANCE, Platform.WINDOWS, "file-code"),
    PolicyType("notificationTemplate", _("Notification template"), Area.COMPLIANCE, Platform.ALL, "mail"),
    PolicyType("conditionalAccessPolicy", _("Conditional Access policy"), Area.CONDITIONAL_ACCESS, Platform.ALL, "key-round"),
    PolicyType("namedLocation", _("Named location"), Area.CONDITIONAL_ACCESS, Platform.ALL, "map-pin"),
    PolicyType("authenticationStrength", _("Authentication strength"), Area.CONDITIONAL_ACCESS, Platform.ALL, "fingerprint"),
    PolicyType("powershellScript", _("PowerShell script"), Area.SCRIPTS, Platform.WINDOWS, "square-terminal"),
    PolicyType("shellScript", _("Shell script"), Area.SCRIPTS, Platform.MACOS, "square-terminal"),
    PolicyType("remediation", _("Remediation"), Area.SCRIPTS, Platform.WINDOWS, "wrench"),
    PolicyType("customAttribute", _("Custom attribute"), Area.SCRIPTS, Platform.MACOS, "list-plus"),
    PolicyType("appProtection", _("App protection policy"), Area.APPS, Platform.ALL, "shield-check"),
    PolicyType("mamAppConfiguration", _("App configuration, managed apps"), Area.APPS, Platform.ALL, "app-window"),
    PolicyType("mdmAppConfiguration", _("App configuration, managed devices"), Area.APPS, Platform.ALL, "app-window"),
    PolicyType("mobileApp", _("App"), Area.APPS, Platform.ALL, "layout-grid"),
    PolicyType("appCategory", _("App category"), Area.APPS, Platform.ALL, "tag"),
    PolicyType("policySet", _("Policy set"), Area.APPS, Platform.ALL, "layers"),
    PolicyType("autopilotProfile", _("Autopilot profile"), Area.ENROLLMENT, Platform.WINDOWS, "plane"),
    PolicyType("enrollmentConfiguration", _("Enrollment restriction"), Area.ENROLLMENT, Platform.ALL, "door-open"),
    PolicyType("enrollmentStatusPage", _("Enrollment status page"), Area.ENROLLMENT, Platform.WINDOWS, "list-checks"),
    PolicyType("appleDepProfile", _("Apple enrollment profile"), Area.ENROLLMENT, Platform.IOS, "smartphone"),
    PolicyType("termsAndConditions", _("Terms and conditions"), Area.ENROLLMENT, Platform.ALL, "scroll-text"),
    PolicyType("brandingProfile", _("Company Portal branding"), Area.ENROLLMENT, Platform.ALL, "palette"),
    PolicyType("featureUpdate", _("Feature update"), Area.UPDATES, Platform.WINDOWS, "arrow-up-circle"),
    PolicyType("qualityUpdateProfile", _("Expedited quality update"), Area.UPDATES, Platform.WINDOWS, "zap"),
    PolicyType("qualityUpdatePolicy", _("Quality update policy"), Area.UPDATES, Platform.WINDOWS, "badge-check"),
    PolicyType("driverUpdate", _("Driver update"), Area.UPDATES, Platform.WINDOWS, "cpu"),
    PolicyType("windowsUpdateRing", _("Update ring"), Area.UPDATES, Platform.WINDOWS, "refresh-cw"),
    PolicyType("windows365Provisioning", _("Provisioning policy"), Area.CLOUD_PC, Platform.WINDOWS, "cloud"),
    PolicyType("windows365UserSetting", _("User setting"), Area.CLOUD_PC, Platform.WINDOWS, "user-cog"),
    PolicyType("assignmentFilter", _("Assignment filter"), Area.ADMINISTRATION, Platform.ALL, "filter"),
    PolicyType("roleScopeTag", _("Scope tag"), Area.ADMINISTRATION, Platform.ALL, "tags"),
    PolicyType("roleDefinition", _("Intune role"), Area.ADMINISTRATION, Platform.ALL, "user-check"),
    PolicyType("roleAssignment", _("Intune role assignment"), Area.ADMINISTRATION, Platform.ALL, "users"),
    PolicyType("group", _("Group"), Area.ADMINISTRATION, Platform.ALL, "users-round"),
    PolicyType("deviceCategory", _("Device category"), Area.ADMINISTRATION, Platform.ALL, "folder-tree"),
    PolicyType("cleanupRule", _("Device cleanup rule"), Area.ADMINISTRATION, Platform.ALL, "brush-cleaning"),
    PolicyType("deviceManagementSettings", _("Device management settings"), Area.ADMINISTRATION, Platform.ALL, "settings"),
)  # fmt: skip

_BY_KEY = {policy_type.key: policy_type for policy_type in _TYPES}


def every() -> tuple[PolicyType, ...]:
    """Return all types, by area."""
    return _TYPES


def get(key: str) -> PolicyType:
    """Raises UnknownPolicyType."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise UnknownPolicyType([key]) from None


def label_of(key: str) -> str:
    """For people; a type of another version reads as its key."""
    return str(_BY_KEY[key].label) if key in _BY_KEY else key


def chosen(keys: Iterable[str] | None) -> tuple[str, ...]:
    """Return the keys in catalogue order, each once; no choice means all. Raises UnknownPolicyType."""
    keys_wanted = set(keys or ())
    if unknown := keys_wanted - set(_BY_KEY):
        raise UnknownPolicyType(unknown)
    return tuple(key for key in _BY_KEY if key in keys_wanted or not keys_wanted)
