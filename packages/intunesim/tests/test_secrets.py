"""S4: masked OMA settings and the function that reveals them."""

import pytest

PATH = "/beta/deviceManagement/deviceConfigurations"
CUSTOM = "#microsoft.graph.windows10CustomConfiguration"


def _setting(kind: str, value: object) -> dict:
    return {
        "@odata.type": f"#microsoft.graph.{kind}",
        "displayName": "Key",
        "omaUri": "./Vendor/MSFT/WiFi/Key",
        "value": value,
    }


@pytest.fixture
def policy(graph):
    body = {
        "@odata.type": CUSTOM,
        "displayName": "Wi-Fi",
        "omaSettings": [_setting("omaSettingString", "hush"), _setting("omaSettingInteger", 4)],
    }
    return graph.made(PATH, body)


def _reveal(client, policy_id, reference):
    return client.get(f"{PATH}/{policy_id}/getOmaSettingPlainTextValue(secretReferenceValueId='{reference}')")


def test_s4_text_comes_back_masked_and_numbers_in_plain(graph, policy):
    text, number = graph.get(f"{PATH}/{policy['id']}").json()["omaSettings"]
    assert (text["value"], text["isEncrypted"], number["value"]) == ("****", True, 4)
    assert text["secretReferenceValueId"]


def test_s4_the_function_reveals_the_plain_text(graph, policy):
    answer = _reveal(graph, policy["id"], policy["omaSettings"][0]["secretReferenceValueId"])
    assert (answer.status_code, answer.json()["value"]) == (200, "hush")


def test_s4_revealing_takes_a_role_that_may_write(connect, contoso, policy):
    contoso.application.roles = ("DeviceManagementConfiguration.Read.All",)
    reader = connect(contoso)
    assert reader.get(f"{PATH}/{policy['id']}").status_code == 200
    assert _reveal(reader, policy["id"], policy["omaSettings"][0]["secretReferenceValueId"]).status_code == 403


def test_s4_an_unknown_reference_is_not_found(graph, policy):
    assert _reveal(graph, policy["id"], "nothing").status_code == 404


def test_s4_a_mask_that_is_written_back_becomes_the_secret(graph, policy):
    changed = {"@odata.type": CUSTOM, "omaSettings": [_setting("omaSettingString", "****")]}
    assert graph.patch(f"{PATH}/{policy['id']}", json=changed).status_code == 204
    setting = graph.get(f"{PATH}/{policy['id']}").json()["omaSettings"][0]
    assert _reveal(graph, policy["id"], setting["secretReferenceValueId"]).json()["value"] == "****"


def test_s4_a_secret_of_the_settings_catalog_comes_back_as_a_token(graph):
    secret = {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue",
        "value": "hush",
        "valueState": "notEncrypted",
    }
    instance = {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "s",
        "simpleSettingValue": secret,
    }
    path = "/beta/deviceManagement/configurationPolicies"
    made = graph.made(
        path,
        {"name": "S", "platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": instance}]},
    )
    shown = graph.values(f"{path}/{made['id']}/settings")[0]["settingInstance"]["simpleSettingValue"]
    assert shown["valueState"] == "encryptedValueToken"
    assert shown["value"] != "hush"


def test_s4_the_key_of_a_wifi_profile_never_comes_back(graph):
    body = {
        "@odata.type": "#microsoft.graph.windowsWifiConfiguration",
        "displayName": "Office",
        "ssid": "CORP",
        "preSharedKey": "hush",
    }
    made = graph.made(PATH, body)
    assert graph.get(f"{PATH}/{made['id']}").json()["preSharedKey"] is None


def test_s4_no_plain_text_is_in_any_list_or_expansion(graph, policy):
    assert "hush" not in graph.get(PATH, params={"$expand": "assignments"}).text
    assert "hush" not in graph.get(f"{PATH}/{policy['id']}").text
