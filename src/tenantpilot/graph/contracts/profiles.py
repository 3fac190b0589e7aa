"""Other profiles that a device configuration uses: certificates, credentials, networks.

They are navigation properties of single types. A read finds each at an address of its own, below the type; a write
names them by their addresses.
"""

from tenantpilot.graph.contracts.model import Bind
from tenantpilot.graph.contracts.parts import Part
from tenantpilot.graph.contracts.references import Outside, Reference

_CREDENTIALS = "derivedCredentialSettings"
_SINGLE: dict[str, tuple[str, ...]] = {
    "derivedCredentialSettings": (
        "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidDeviceOwnerVpnConfiguration",
        "iosDerivedCredentialAuthenticationConfiguration",
        "iosEasEmailProfileConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "iosVpnConfiguration",
        "iosikEv2VpnConfiguration",
    ),
    "identityCertificate": (
        "androidDeviceOwnerVpnConfiguration",
        "androidEasEmailProfileConfiguration",
        "androidForWorkGmailEasConfiguration",
        "androidForWorkNineWorkEasConfiguration",
        "androidForWorkVpnConfiguration",
        "androidVpnConfiguration",
        "androidWorkProfileGmailEasConfiguration",
        "androidWorkProfileNineWorkEasConfiguration",
        "androidWorkProfileVpnConfiguration",
        "iosEasEmailProfileConfiguration",
        "iosVpnConfiguration",
        "iosikEv2VpnConfiguration",
        "macOSVpnConfiguration",
        "windows10VpnConfiguration",
        "windowsPhone81VpnConfiguration",
    ),
    "identityCertificateForClientAuthentication": (
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidEnterpriseWiFiConfiguration",
        "androidForWorkEnterpriseWiFiConfiguration",
        "androidWorkProfileEnterpriseWiFiConfiguration",
        "aospDeviceOwnerEnterpriseWiFiConfiguration",
        "iosDeviceFeaturesConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "iosWiredNetworkConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "macOSWiredNetworkConfiguration",
        "windowsWifiEnterpriseEAPConfiguration",
        "windowsWiredNetworkConfiguration",
    ),
    "rootCertificate": (
        "androidDeviceOwnerImportedPFXCertificateProfile",
        "androidDeviceOwnerPkcsCertificateProfile",
        "androidDeviceOwnerScepCertificateProfile",
        "androidForWorkImportedPFXCertificateProfile",
        "androidForWorkPkcsCertificateProfile",
        "androidForWorkScepCertificateProfile",
        "androidImportedPFXCertificateProfile",
        "androidPkcsCertificateProfile",
        "androidScepCertificateProfile",
        "androidWorkProfilePkcsCertificateProfile",
        "androidWorkProfileScepCertificateProfile",
        "aospDeviceOwnerPkcsCertificateProfile",
        "aospDeviceOwnerScepCertificateProfile",
        "iosScepCertificateProfile",
        "macOSScepCertificateProfile",
        "windows81SCEPCertificateProfile",
        "windowsPhone81SCEPCertificateProfile",
    ),
    "rootCertificateForClientValidation": (
        "windowsWifiEnterpriseEAPConfiguration",
        "windowsWiredNetworkConfiguration",
    ),
    "rootCertificateForServerValidation": (
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidEnterpriseWiFiConfiguration",
        "androidForWorkEnterpriseWiFiConfiguration",
        "androidWorkProfileEnterpriseWiFiConfiguration",
        "aospDeviceOwnerEnterpriseWiFiConfiguration",
        "iosWiredNetworkConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "macOSWiredNetworkConfiguration",
    ),
    "secondaryIdentityCertificateForClientAuthentication": ("windowsWiredNetworkConfiguration",),
    "secondaryRootCertificateForClientValidation": ("windowsWiredNetworkConfiguration",),
    "singleSignOnExtensionPkinitCertificate": (
        "iosDeviceFeaturesConfiguration",
        "macOSDeviceFeaturesConfiguration",
    ),
    "smimeEncryptionCertificate": ("iosEasEmailProfileConfiguration",),
    "smimeSigningCertificate": (
        "androidEasEmailProfileConfiguration",
        "iosEasEmailProfileConfiguration",
    ),
}
_MANY: dict[str, tuple[str, ...]] = {
    "networkAccessConfigurations": ("windowsDomainJoinConfiguration",),
    "rootCertificatesForClientValidation": ("windowsZtdnsConfiguration",),
    "rootCertificatesForServerValidation": (
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "windowsWifiEnterpriseEAPConfiguration",
        "windowsWiredNetworkConfiguration",
        "windowsZtdnsConfiguration",
    ),
}
_ONLY_ID = {"$select": "id"}

USED_PROFILES = (
    *(Part(name, params=_ONLY_ID, types=types, is_single=True) for name, types in _SINGLE.items()),
    *(Part(name, params=_ONLY_ID, types=types) for name, types in _MANY.items()),
)
BINDS = tuple(
    Bind(
        name,
        "/deviceManagement/derivedCredentials('{id}')"
        if name == _CREDENTIALS
        else "/deviceManagement/deviceConfigurations('{id}')",
    )
    for name in (*_SINGLE, *_MANY)
)
USED_REFERENCES = (
    *(
        Reference(f"{name}.id", Outside.DERIVED_CREDENTIAL if name == _CREDENTIALS else "deviceConfiguration")
        for name in _SINGLE
    ),
    *(Reference(f"{name}[].id", "deviceConfiguration") for name in _MANY),
)
