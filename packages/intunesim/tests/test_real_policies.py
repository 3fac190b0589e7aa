"""All real policies load, and each comes back as it was put, by loading and by creating it anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from intunesim import Tenant, load_folder
from intunesim.catalog import COLLECTIONS, Collection
from intunesim.catalog.types import ZERO_GUID
from intunesim.loader import LoadReport
from intunesim.loader.cleaning import cleaned
from intunesim.loader.decoding import read_json

REAL_POLICIES = 243
PLACEHOLDER = "REPLACE_RULES_BASE64"
COUNTED = ("settingCount", "isAssigned")
"""What the service counts itself; exports whose settings or assignments were edited out say something else."""
STRIPPED = frozenset(
    {"id", "createdDateTime", "lastModifiedDateTime", "modifiedDateTime", "version", "isAssigned", "settingCount",
     "creationSource", "supportsScopeTags", "assignments", "deletedDateTime", "deployedAppCount", "apps", "priority"}
)  # fmt: skip
"""What a client leaves out when it creates an object after an exported one."""


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "graph" / "real-policies"


@pytest.fixture
def loaded(contoso: Tenant, clock: Any, folder: Path) -> LoadReport:
    return load_folder(contoso, folder, now=clock.now())


def _single_objects(report: LoadReport) -> Iterator[tuple[Path, str, Collection, dict[str, Any]]]:
    """The files that hold one object each, with its id and its content in Graph's own form."""
    for each in report.loaded:
        content = read_json(each.file)
        collection = COLLECTIONS[each.path]
        if isinstance(content, dict) and set(content) not in ({"groups"}, {"filters"}):
            yield each.file, each.id, collection, cleaned(content, collection.entity)


def _masked(value: Any) -> Any:
    """A payload as Graph shows it: encrypted OMA values masked, and "no template" written as the zero GUID."""
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        shown = {name: _masked(item) for name, item in value.items()}
        if shown.get("notificationTemplateId", ZERO_GUID) in ("", None):
            shown["notificationTemplateId"] = ZERO_GUID
        return {**shown, "value": "****"} if shown.get("isEncrypted") is True and "value" in shown else shown
    return value


def _contains(shown: Any, put: Any) -> bool:
    """Whether everything that was put is shown; ids and links that the service adds do not matter."""
    if isinstance(put, dict):
        return isinstance(shown, dict) and all(name in shown and _contains(shown[name], put[name]) for name in put)
    if isinstance(put, list):
        return isinstance(shown, list) and len(put) == len(shown) and all(map(_contains, shown, put))
    return bool(shown == put)


def _whole(graph: Any, collection: Collection, identifier: str) -> dict[str, Any]:
    expand = []
    for child in collection.children:
        inner = ",".join(
            f"{below.name}($expand={','.join(each.name for each in below.children)})" if below.children else below.name
            for below in child.children
        )
        expand.append(f"{child.name}($expand={inner})" if inner else child.name)
    params = {"$expand": ",".join(expand)} if expand else {}
    answer = graph.get(f"/beta/{collection.path}/{identifier}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _with_strength_by_id(policy: dict[str, Any]) -> dict[str, Any]:
    """A Conditional Access policy whose strength is only named: the tenant itself says what it is."""
    grants = policy.get("grantControls")
    if not isinstance(grants, dict) or "authenticationStrength" not in grants:
        return policy
    strength = grants["authenticationStrength"]
    kept = {name: value for name, value in grants.items() if "@" not in name}
    named = {"id": strength["id"]} if strength else None
    return {**policy, "grantControls": {**kept, "authenticationStrength": named}}


def test_every_file_is_loaded_and_none_is_skipped(loaded):
    assert loaded.skipped == []
    assert len({each.file for each in loaded.loaded}) == REAL_POLICIES


def test_each_object_comes_back_as_it_was_exported(graph, loaded):
    different = []
    for file, identifier, collection, content in _single_objects(loaded):
        shown = _whole(graph, collection, identifier)
        put = _with_strength_by_id({**_masked(content), "id": identifier})
        for name in ("localizedMessages", *COUNTED):
            put.pop(name, None)
        if not _contains(shown, put):
            different.append((file.name, [name for name in put if not _contains(shown.get(name), put[name])]))
    assert different == []


def test_each_object_created_anew_reads_as_it_was_put(graph, contoso, loaded):
    contoso.habits.check_references = False
    different, refused = [], []
    for file, identifier, collection, _ in _single_objects(loaded):
        if not collection.creates:
            continue
        whole = _whole(graph, collection, identifier)
        put = {name: value for name, value in whole.items() if name not in STRIPPED and "@odata.context" not in name}
        put = {name: value for name, value in put.items() if "@microsoft" not in name and value is not None}
        if collection.key == "conditionalAccessPolicy":
            put = {"state": "disabled", **_with_strength_by_id(put)}
        answer = graph.post(f"/beta/{collection.path}", json=_creatable(collection, put))
        if answer.status_code not in (200, 201) and PLACEHOLDER in answer.text:
            continue  # the file wants to be filled in before it is sent
        if answer.status_code not in (200, 201):
            refused.append((file.name, answer.text[:300]))
            continue
        again = _revealed(graph, _whole(graph, collection, answer.json()["id"]))
        if not _contains(again, _without_what_is_given(put)):
            different.append((file.name, [name for name in put if not _contains(again.get(name), put[name])]))
    assert (refused, different) == ([], [])


def _revealed(graph: Any, shown: dict[str, Any]) -> dict[str, Any]:
    """The object with its masked OMA settings in plain, as a client with writing roles can read them."""
    for setting in shown.get("omaSettings") or []:
        if setting["value"] == "****":
            function = f"getOmaSettingPlainTextValue(secretReferenceValueId='{setting['secretReferenceValueId']}')"
            address = f"/beta/deviceManagement/deviceConfigurations/{shown['id']}/{function}"
            setting["value"] = graph.get(address).json()["value"]
    return shown


def _creatable(collection: Collection, put: dict[str, Any]) -> dict[str, Any]:
    refused = set(collection.refused_on_create) | {
        child.name for child in collection.children if not _written(child.name)
    }
    kept = {name: value for name, value in put.items() if name not in refused}
    if collection.key == "group":
        kept = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True, **kept}
    if collection.key == "compliancePolicy":
        kept.setdefault("scheduledActionsForRule", [{"scheduledActionConfigurations": [{"actionType": "block"}]}])
        kept["scheduledActionsForRule"] = kept["scheduledActionsForRule"] or [{"ruleName": "x"}]
    return kept


def _written(child: str) -> bool:
    """The navigation properties that are part of a create."""
    return child in ("settings", "scheduledActionsForRule", "definitionValues", "localizedNotificationMessages")


def _without_what_is_given(value: Any) -> Any:
    """Without ids of parts, remarks about them and references to secrets, which are new every time."""
    if isinstance(value, list):
        return [_without_what_is_given(item) for item in value]
    if isinstance(value, dict):
        gone = ("id", "secretReferenceValueId", "isEncrypted")
        return {
            name: _without_what_is_given(item)
            for name, item in value.items()
            if name not in gone and "@odata.context" not in name
        }
    return value


def test_the_exports_of_one_tool_bring_the_groups_that_they_refer_to(loaded, contoso):
    groups = contoso.store.entities("groups")
    assert any(group.body["displayName"].startswith("CA-BreakGlassAccounts") for group in groups)
    assert len(groups) > 40
