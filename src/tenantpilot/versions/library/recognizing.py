"""Recognize the type of an exported policy by what it says of itself, by its shape, or by its folder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.versions.exporting.layouts import intunecd, intunemanagement
from tenantpilot.versions.library.decoding import JsonObject

_CONTEXT = re.compile(r"\$metadata#([A-Za-z/]+)")
_EXACT = {
    "windowsUpdateForBusinessConfiguration": "windowsUpdateRing",
    "windows10EnrollmentCompletionPageConfiguration": "enrollmentStatusPage",
    "iosMobileAppConfiguration": "mdmAppConfiguration",
    "androidManagedStoreAppConfiguration": "mdmAppConfiguration",
    "targetedManagedAppConfiguration": "mamAppConfiguration",
}
_ENDINGS = (
    ("CompliancePolicy", "compliancePolicy"),
    ("ManagedAppProtection", "appProtection"),
    ("WindowsInformationProtectionPolicy", "appProtection"),
    ("AutopilotDeploymentProfile", "autopilotProfile"),
    ("NamedLocation", "namedLocation"),
    ("EnrollmentProfile", "appleDepProfile"),
    ("RoleDefinition", "roleDefinition"),
    ("StoreApp", "mobileApp"),
    ("LobApp", "mobileApp"),
    ("VppApp", "mobileApp"),
    ("App", "mobileApp"),
)
_SHAPES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"settings", "technologies", "platforms", "scheduledActionsForRule"}), "linuxCompliance"),
    (frozenset({"settingsDelta"}), "endpointSecurityIntent"),
    (frozenset({"settings", "technologies", "platforms"}), "settingsCatalog"),
    (frozenset({"name", "settings", "platforms"}), "settingsCatalog"),
    (frozenset({"conditions", "grantControls"}), "conditionalAccessPolicy"),
    (frozenset({"conditions", "state"}), "conditionalAccessPolicy"),
    (frozenset({"definitionValues"}), "administrativeTemplate"),
    (frozenset({"ipRanges"}), "namedLocation"),
    (frozenset({"countriesAndRegions"}), "namedLocation"),
    (frozenset({"allowedCombinations"}), "authenticationStrength"),
    (frozenset({"detectionScriptContent", "remediationScriptContent"}), "remediation"),
    (frozenset({"rule", "platform"}), "assignmentFilter"),
    (frozenset({"scheduledActionsForRule"}), "compliancePolicy"),
    (frozenset({"membershipRule", "displayName"}), "group"),
    (frozenset({"mailNickname", "securityEnabled"}), "group"),
    (frozenset({"localizedMessages"}), "notificationTemplate"),
    (frozenset({"omaSettings"}), "deviceConfiguration"),
)
_ALIASES = {
    "settingscatalogs": "settingsCatalog",
    "configurationpolicies": "settingsCatalog",
    "customdeviceconfigurations": "deviceConfiguration",
    "devicecompliance": "compliancePolicy",
    "compliance": "compliancePolicy",
    "deviceconfigurationadmx": "administrativeTemplate",
    "enrollmentrestrictions": "enrollmentConfiguration",
    "staticgroups": "group",
    "dynamicgroups": "group",
}


_NAMED_LISTS = {"groups": "group", "filters": "assignmentFilter", "value": ""}
"""Names of lists that a file holds as its only content, and the type of what is in them."""


def _plain(folder: str) -> str:
    return folder.lower().replace(" ", "")


_FOLDERS = {
    # Of types that share a folder the first counts; the others say of themselves what they are.
    **{_plain(folder.rpartition("/")[2]): key for key, folder in reversed(intunecd.FOLDERS.items())},
    **{_plain(folder): key for key, folder in intunemanagement.FOLDERS.items()},
    **_ALIASES,
    # Folders that several types share tell nothing.
    **dict.fromkeys(("policies", "scripts", "windows", "apple", "esp"), ""),
}


@dataclass(frozen=True)
class PolicyCandidate:
    """A policy that was found in a file."""

    contract: Contract
    name: str
    payload: JsonObject = field(repr=False)
    given_id: str = ""

    @property
    def source_id(self) -> str:
        """Return its id in the source; "" where neither file nor manifest gives one."""
        return self.given_id or str(self.payload.get("id") or "")


@dataclass(frozen=True)
class ManifestEntry:
    """The type, id and name that an archive's manifest gives for a file."""

    type: str
    source_id: str
    name: str


def known_files(manifest: Any) -> dict[str, ManifestEntry]:
    """Return the facts of a manifest of TenantPilot on the files beside it, by path; empty for any other manifest."""
    policies = manifest.get("policies") if isinstance(manifest, dict) else None
    keys = {contract.key for contract in registry.every() if contract.is_configuration}
    rows = [row for row in policies if isinstance(row, dict)] if isinstance(policies, list) else []
    return {
        str(path): ManifestEntry(row["type"], str(row.get("id", "")), str(row.get("name", "")))
        for row in rows
        if row.get("type") in keys and isinstance(row.get("files"), list)
        for path in row["files"][:1]
    }


def policies_in(content: Any, path: str, manifest_entry: ManifestEntry | None = None) -> Iterator[PolicyCandidate]:
    """Yield the policies in the content of a file: one, several in a list, or the values of one template."""
    folders, stem = path.split("/")[:-1], path.rpartition("/")[2].removesuffix(".json")
    if manifest_entry is not None and isinstance(content, dict):
        yield PolicyCandidate(
            registry.get(manifest_entry.type),
            manifest_entry.name or stem,
            _in_words_of_graph(content),
            manifest_entry.source_id,
        )
        return
    if isinstance(content, list):
        yield from _in_list(content, folders, stem)
    elif isinstance(content, dict):
        yield from _in_object(content, folders, stem)


def _in_object(content: JsonObject, folders: list[str], stem: str) -> Iterator[PolicyCandidate]:
    """Yield the object itself, or those of the list that it holds and nothing else."""
    names = {name for name in content if not name.startswith("@odata.")}
    name = next(iter(names)) if len(names) == 1 else ""
    if name not in _NAMED_LISTS or not isinstance(content[name], list):
        yield from _single(content, folders, stem)
        return
    for item in content[name]:
        if isinstance(item, dict):
            yield from _single(item, [*folders, _NAMED_LISTS[name] or "value"], stem)


def _in_list(content: list[Any], folders: list[str], stem: str) -> Iterator[PolicyCandidate]:
    objects = [item for item in content if isinstance(item, dict)]
    if objects and all("definition@odata.bind" in item for item in objects):
        payload = {"displayName": stem.removesuffix("_Settings"), "definitionValues": objects}
        yield PolicyCandidate(registry.get("administrativeTemplate"), payload["displayName"], payload)  # type: ignore[arg-type]
        return
    for item in objects:
        yield from _single(item, folders, stem)


def _single(content: JsonObject, folders: list[str], stem: str) -> Iterator[PolicyCandidate]:
    payload = _in_words_of_graph(content)
    key = type_of(payload, folders)
    if not key:
        return
    contract = registry.get(key)
    name = payload.get(contract.name_field) or payload.get("displayName") or payload.get("name")
    yield PolicyCandidate(contract, str(name) if isinstance(name, str) and name else stem.split("__")[0], payload)


def type_of(payload: Mapping[str, Any], folders: list[str]) -> str:
    """Return the key of the contract of an exported object; "" for what is no policy."""
    return _by_type(payload) or _by_context(payload) or _by_shape(payload) or _by_folder(payload, folders)


def _by_type(payload: Mapping[str, Any]) -> str:
    word = str(payload.get("@odata.type") or "").rpartition(".")[2]
    if not word:
        return ""
    if word in _EXACT:
        return _EXACT[word]
    exact = next((c.key for c in registry.every() if c.is_configuration and c.type_name == word), "")
    if exact:
        return exact
    if word.startswith("deviceEnrollment"):
        return "enrollmentConfiguration"
    ending = next((key for end, key in _ENDINGS if word.endswith(end)), "")
    is_profile = word.endswith(("Configuration", "CertificateProfile", "CertificateProfileBase", "RootCertificate"))
    return ending or ("deviceConfiguration" if is_profile else "")


def _by_context(payload: Mapping[str, Any]) -> str:
    match = _CONTEXT.search(str(payload.get("@odata.context") or ""))
    path = f"/{match.group(1).strip('/')}" if match else ""
    for ending in ("/$entity", "/entity"):
        path = path.removesuffix(ending)
    return next((c.key for c in registry.every() if c.is_configuration and path and c.path == path and not c.only), "")


def _by_shape(payload: Mapping[str, Any]) -> str:
    settings = payload.get("settings")
    first = settings[0] if isinstance(settings, list) and settings else settings
    if isinstance(first, dict) and "definitionId" in first:
        return "endpointSecurityIntent"
    return next((key for names, key in _SHAPES if names <= payload.keys()), "")


def _by_folder(payload: Mapping[str, Any], folders: list[str]) -> str:
    """A file without a name of its own is no policy, whatever folder it lies in."""
    if not isinstance(payload.get("displayName") or payload.get("name"), str):
        return ""
    folder_types = (_FOLDERS[_plain(folder)] for folder in reversed(folders) if _plain(folder) in _FOLDERS)
    own = (folder for folder in reversed(folders) if folder in {contract.key for contract in registry.every()})
    return next(folder_types, "") or next(own, "")


def _in_words_of_graph(content: JsonObject) -> JsonObject:
    """Return the object with Graph's names in the place of those that tools use."""
    payload = dict(content)
    if "localizedMessages" in payload:
        payload["localizedNotificationMessages"] = payload.pop("localizedMessages")
        payload.setdefault("@odata.type", "#microsoft.graph.notificationMessageTemplate")
    if "settingsDelta" in payload:
        payload["settings"] = payload.pop("settingsDelta")
        payload.setdefault("@odata.type", "#microsoft.graph.deviceManagementIntent")
        if "TemplateId" in payload:
            payload["templateId"] = payload.pop("TemplateId")
    return payload
