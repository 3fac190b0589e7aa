"""Loading folders that other tools have exported, in whatever encoding and layout."""

import json

import pytest
from intunesim import load_folder
from intunesim.loader.decoding import decoded

POLICY = {
    "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
    "id": "aaaaaaaa-0000-0000-0000-000000000001",
    "name": "Überwachung",
    "platforms": "windows10",
    "technologies": "mdm",
    "settings": [],
}


@pytest.fixture
def load(contoso, clock, tmp_path):
    """Write files, load the folder, answer the report."""

    def loaded(files: dict[str, object], encoding: str = "utf-8"):
        for name, content in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            file.write_bytes(text.encode(encoding))
        return load_folder(contoso, tmp_path, now=clock.now())

    return loaded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_utf_8_and_utf_16_are_read_with_and_without_a_mark(load, contoso, encoding):
    report = load({"Settings Catalog/policy.json": POLICY}, encoding)
    assert (len(report.loaded), report.skipped) == (1, [])
    assert contoso.store.entities("deviceManagement/configurationPolicies")[0].body["name"] == "Überwachung"


def test_a_big_endian_mark_is_understood():
    assert decoded(b"\xfe\xff" + "{}".encode("utf-16-be")) == "{}"


def test_full_metadata_annotations_are_left_out_and_types_and_links_are_not(load, contoso):
    exported = {
        "@odata.type": "#microsoft.graph.groupPolicyConfiguration",
        "@odata.id": "x",
        "@odata.editLink": "x",
        "id": "aaaaaaaa-0000-0000-0000-000000000002",
        "displayName": "ADMX",
        "createdDateTime@odata.type": "#DateTimeOffset",
        "createdDateTime": "2020-01-01T00:00:00Z",
        "assignments@odata.navigationLink": "x",
        "#microsoft.graph.assign": {"title": "x"},
        "definitionValues": {
            "enabled": True,
            "definition@odata.bind": "https://graph.microsoft.com/beta/deviceManagement/groupPolicyDefinitions('d1')",
            "presentationValues": {"@odata.type": "#microsoft.graph.groupPolicyPresentationValueText", "value": "1"},
        },
    }
    load({"Administrative Templates/a.json": exported})
    entity = contoso.store.entities("deviceManagement/groupPolicyConfigurations")[0]
    assert not [name for name in entity.body if ("@" in name and name != "@odata.type") or name.startswith("#")]
    assert entity.body["createdDateTime"] == "2020-01-01T00:00:00Z"
    (value,) = entity.children["definitionValues"]
    assert value["definition"] == {"id": "d1"}
    assert [each["value"] for each in value["presentationValues"]] == ["1"]


def test_the_migration_table_brings_groups_under_their_ids(load, contoso):
    group = "bbbbbbbb-0000-0000-0000-000000000001"
    table = {"TenantId": "t", "Organization": "o", "Objects": [{"Id": group, "Type": "Group", "DisplayName": "Pilot "}]}
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}
    policy = {**POLICY, "assignments": {"id": "x", "target": target}}
    load({"MigrationTable.json": table, "SettingsCatalog/p.json": policy})
    assert contoso.store.find("groups", group).body["displayName"] == "Pilot "
    assert (
        contoso.store.entities("deviceManagement/configurationPolicies")[0].children["assignments"][0]["target"]
        == target
    )


def test_an_exported_group_is_taken_rather_than_its_row_in_the_table(load, contoso):
    group = "bbbbbbbb-0000-0000-0000-000000000001"
    table = {"Objects": {"Id": group, "Type": "Group", "DisplayName": "Pilot"}}
    exported = {
        "id": group,
        "displayName": "Pilot",
        "mailNickname": "pilot",
        "securityEnabled": True,
        "description": "Real",
    }
    load({"MigrationTable.json": table, "Groups/Pilot.json": exported})
    assert [each.body["description"] for each in contoso.store.entities("groups")] == ["Real"]


def test_groups_that_are_named_and_not_numbered_are_found_or_made(load, contoso):
    target = {
        "@odata.type": "#microsoft.graph.groupAssignmentTarget",
        "groupName": "Pilot",
        "groupType": "StaticMembership",
    }
    one = {"displayName": "One", "scriptContent": "eA==", "fileName": "1.ps1", "assignments": [{"target": target}]}
    load({"Scripts/Powershell/One__x.json": one, "Scripts/Powershell/Two.json": {**one, "displayName": "Two"}})
    scripts = contoso.store.entities("deviceManagement/deviceManagementScripts")
    used = {each.children["assignments"][0]["target"]["groupId"] for each in scripts}
    assert used == {each.id for each in contoso.store.entities("groups")}


@pytest.mark.parametrize(
    ("file", "content", "path"),
    [
        (
            "x/a.json",
            {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "a"},
            "deviceManagement/deviceConfigurations",
        ),
        (
            "x/a.json",
            {"@odata.type": "#microsoft.graph.iosManagedAppProtection", "displayName": "a"},
            "deviceAppManagement/managedAppPolicies",
        ),
        (
            "x/a.json",
            {"@odata.type": "#microsoft.graph.winGetApp", "displayName": "a"},
            "deviceAppManagement/mobileApps",
        ),
        (
            "x/a.json",
            {"displayName": "a", "conditions": {}, "grantControls": {}},
            "identity/conditionalAccess/policies",
        ),
        ("x/a.json", {"displayName": "a", "membershipRule": "x"}, "groups"),
        ("Scope Tags/a.json", {"displayName": "a"}, "deviceManagement/roleScopeTags"),
        ("Proactive Remediations/a.json", {"displayName": "a"}, "deviceManagement/deviceHealthScripts"),
    ],
)
def test_the_kind_of_an_object_is_told_by_type_shape_or_folder(load, file, content, path):
    assert [each.path for each in load({file: content}).loaded] == [path]


def test_two_files_with_the_same_id_become_two_objects(load, contoso):
    load({"a/p.json": POLICY, "b/p.json": POLICY})
    assert len({each.id for each in contoso.store.entities("deviceManagement/configurationPolicies")}) == 2


def test_what_is_no_json_and_what_is_of_no_known_kind_is_skipped_and_said(load):
    report = load({"a.json": "{not json", "b.json": {"hello": 1}, "c.json": "[]"})
    assert [(file.name, reason.split(":")[0]) for file, reason in report.skipped] == [
        ("a.json", "not JSON"),
        ("b.json", "of no known kind"),
        ("c.json", "of no known kind"),
    ]


def test_a_folder_that_is_not_there_is_an_error(contoso, clock, tmp_path):
    with pytest.raises(FileNotFoundError):
        load_folder(contoso, tmp_path / "nothing", now=clock.now())


def test_secrets_that_an_export_holds_in_plain_are_masked_and_can_be_revealed(load, graph):
    setting = {
        "@odata.type": "#microsoft.graph.omaSettingString",
        "isEncrypted": True,
        "secretReferenceValueId": "ref",
        "value": "hush",
    }
    exported = {
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "id": "p",
        "displayName": "C",
        "omaSettings": setting,
    }
    load({"Device Configuration/c.json": exported})
    address = "/beta/deviceManagement/deviceConfigurations/p"
    assert graph.get(address).json()["omaSettings"][0]["value"] == "****"
    revealed = graph.get(f"{address}/getOmaSettingPlainTextValue(secretReferenceValueId='ref')")
    assert revealed.json()["value"] == "hush"


def test_an_exported_intent_can_be_read_category_by_category(load, graph):
    setting = {"@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance", "id": "s", "definitionId": "d"}
    exported = {
        "@odata.type": "#microsoft.graph.deviceManagementIntent",
        "id": "aaaaaaaa-0000-0000-0000-000000000003",
        "displayName": "Baseline",
        "templateId": "bbbbbbbb-0000-0000-0000-000000000003",
        "settings": [setting],
    }
    load({"Endpoint Security/i.json": exported})
    categories = graph.values(f"/beta/deviceManagement/templates/{exported['templateId']}/categories")
    below = f"/beta/deviceManagement/intents/{exported['id']}/categories/{categories[0]['id']}/settings"
    assert [each["id"] for each in graph.values(below)] == ["s"]
