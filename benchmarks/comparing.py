"""Two payloads of a large policy compared, and one hashed, beside the comparer that came before."""

import json
from collections.abc import Callable
from time import process_time
from typing import Any

from benchmarks import former_comparer
from benchmarks.table import Row
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.form import form_hash
from tenantpilot.graph.contracts import registry

BYTES = 3_300_000
ROUNDS = 5
CONTRACT = registry.get("settingsCatalog")


def rows() -> list[Row]:
    """One row for the differences, one for the hash."""
    before, after = _policy(), _policy()
    after["settings"][777]["settingInstance"]["choiceSettingValue"]["children"][0]["simpleSettingValue"]["value"] = 7
    size = f"{len(json.dumps(before, indent=1)) / 1e6:.1f} MB as exports write it"
    return [
        _row(
            "differences of two versions",
            lambda: former_comparer.differences(CONTRACT, before, after),
            lambda: differences(CONTRACT, before, after),
            size,
        ),
        _row(
            "hash of one version",
            lambda: former_comparer.content_hash(CONTRACT, before),
            lambda: form_hash(CONTRACT, before),
            size,
        ),
    ]


def _row(what: str, former: Callable[[], Any], present: Callable[[], Any], size: str) -> Row:
    then, now = (min(_seconds(call) for _ in range(ROUNDS)) for call in (former, present))
    detail = f"{now * 1000:.0f} ms, before {then * 1000:.0f} ms; {size}"
    return Row(f"{what}, a policy of 3.3 MB", "the code before", now / then, "≤ 0.4", detail)


def _seconds(call: Callable[[], Any]) -> float:
    start = process_time()
    call()
    return process_time() - start


def _policy() -> dict[str, Any]:
    """A policy whose settings nest and repeat as those of real ones."""
    settings: list[dict[str, Any]] = []
    size = len(json.dumps(_setting(1000), indent=1))
    for number in range(BYTES // size):
        settings.append(_setting(number))
    return {"name": "Large", "platforms": "windows10", "technologies": "mdm", "settings": settings}


def _setting(number: int) -> dict[str, Any]:
    definition = f"device_vendor_msft_policy_config_admx_area{number}_setting"
    return {
        "id": str(number),
        "settingInstance": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": definition,
            "settingInstanceTemplateReference": None,
            "choiceSettingValue": {
                "value": f"{definition}_1",
                "settingValueTemplateReference": None,
                "children": [_child(f"{definition}_child{child}", child) for child in range(3)],
            },
        },
    }


def _child(definition: str, value: int) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": None,
        "simpleSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
            "settingValueTemplateReference": None,
            "value": value,
        },
    }
