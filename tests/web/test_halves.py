"""Half a surrogate pair, which no encoding takes, stands in what Graph sends: every page, file and command shows it."""

import io
import json
import zipfile
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.artifacts.models import Artifact
from tenantpilot.cli.main import app
from tenantpilot.core.visible import visible
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.models import LibraryPolicy, PolicyVersion
from tenantpilot.versions.payloads import content_of, raw_of
from tests.contract.test_routes import MATRIX, ask, world
from tests.graph.real_policies import read_real_policies
from tests.versions.kit import new_policy, take

pytestmark = pytest.mark.both_databases

__all__ = ["world"]

HALF, OTHER = "\ud83d", "\ude00"
SHOWN = r"\ud83d"
SETTING = {
    "settingDefinitionId": f"device_vendor_{HALF}",
    "simpleSettingValue": {"value": f"value {HALF} of a setting"},
}


@pytest.fixture
def payload():
    """Halves in names, in keys, in values, alone and deep, in what is long and in what should be an id."""
    return {
        "id": "p1",
        "name": f"Half {HALF} a name",
        "description": HALF,
        f"key{HALF}": f"{OTHER} value",
        "isOn": True,
        "settings": [{"settingInstance": SETTING}],
        "roleScopeTagIds": [HALF],
        "assignments": [{"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": HALF}}],
        "deep": {HALF: [{"a": [HALF]}]},
        "text": f"line {HALF}\n" * 400,
    }


@pytest.fixture
def changed(world, payload, now):
    """The policy of the world with a second version, in which every half is another one."""
    policy = Policy.everywhere.get(pk=world["policy"])
    take(policy, json.loads(json.dumps(payload).replace("ud83d", "ud83e")), now)
    return policy


def test_every_page_of_the_product_is_drawn(world, signed_in, olivia):
    """Each address that is asked with GET, by who may see it."""
    browsers = {"olivia": signed_in(olivia), "alice": signed_in(world["people"]["alice"])}
    reads = [name for name, row in MATRIX.items() if row.method == "get"]
    assert len(reads) > 100
    answers = {(who, name): ask(browser, name, world) for who, browser in browsers.items() for name in reads}
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code >= 500} == {}
    showing = {name for (_who, name), answer in answers.items() if not answer.streaming and SHOWN in answer.text}
    assert showing >= {"policy", "policy-version", "policy-version-payload", "policy-version-line", "library-policy"}


def test_a_comparison_shows_both_halves(changed, signed_in, olivia):
    page = signed_in(olivia).get(f"/admin/t/contoso/inventory/{changed.pk}/comparison/?before=1&after=2")
    assert page.status_code == 200
    assert SHOWN in page.text
    assert r"\ud83e" in page.text


def test_every_line_of_every_kind_of_policy_is_drawn(shared, contoso, signed_in, olivia, now):
    browser, keys = signed_in(olivia), set()
    for real in read_real_policies(shared):
        if real.contract.key in keys:
            continue
        keys.add(real.contract.key)
        policy = new_policy(contoso, now, key=real.contract.key, graph_id=f"p{len(keys)}")
        take(policy, halved(real.payload), now)
        take(policy, {**halved(real.payload), "description": OTHER}, now)
        place = f"/admin/t/contoso/inventory/{policy.pk}/"
        for address in ("", "?tab=related", "versions/", "versions/1/", "versions/1/rest/", "versions/1/payload/"):
            assert browser.get(place + address).status_code == 200, (real.file, address)
        assert browser.get(f"{place}comparison/?before=1&after=2").status_code == 200, real.file
    assert len(keys) >= 8
    assert browser.get("/admin/t/contoso/conflicts/").status_code == 200
    assert browser.get("/admin/settings-search/?" + urlencode({"q": "device"})).status_code == 200


def halved(value):
    """Return JSON with a half at the end of every text that is no word of Graph's, and beside every property."""
    if isinstance(value, dict):
        return {name: inner if name.startswith("@odata") else halved(inner) for name, inner in value.items()} | {
            f"half{HALF}": HALF
        }
    if isinstance(value, list):
        return [halved(item) for item in value]
    return f"{value}{HALF}" if isinstance(value, str) else value


@pytest.mark.parametrize("layout", LayoutKey)
def test_an_export_holds_the_halves_as_graph_writes_them(changed, contoso, alice, signed_in, layout):
    now = timezone.now()
    started = start_export(tenant=contoso, initiator=alice, selection=PolicyFilter(), layout=layout, now=now)
    Runner(clock=lambda: now).execute(started.run.pk)
    assert OperationRun.everywhere.get(pk=started.run.pk).outcome == "succeeded"
    file = Artifact.everywhere.get(run=started.run)
    download = signed_in(alice).get(f"/admin/exports/{file.pk}/")
    with zipfile.ZipFile(io.BytesIO(download.getvalue())) as packed:
        contents = [json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json")]
    assert any("\ud83e" in json.dumps(content, ensure_ascii=False) for content in contents)


def test_what_is_stored_is_what_graph_sent(world, payload):
    assert content_of(PolicyVersion.everywhere.get().payload) == payload
    kept = raw_of(LibraryPolicy.everywhere.get().payload)
    assert rb"\ud83d" in kept
    assert json.loads(kept)["description"] == HALF


@pytest.mark.parametrize(
    ("arguments", "shows"),
    [
        (["policies", "diff", "contoso", "p1"], True),
        (["policies", "diff", "contoso", "p1", "--json"], True),
        (["policies", "versions", "contoso", "p1"], False),
        (["policies", "versions", "contoso", "p1", "--json"], False),
        (["policies", "list", "contoso"], False),
        (["settings", "search", "vendor"], False),
        (["settings", "search", "vendor", "--json"], False),
    ],
)
def test_every_command_prints_it(changed, arguments, shows):
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    assert not shows or SHOWN in answer.stdout


def test_only_what_has_no_encoding_is_written_as_its_escape():
    assert visible("plain äöü 😀 \\ud83d <b>") == "plain äöü 😀 \\ud83d <b>"
    assert visible(f"{HALF}{OTHER} {OTHER}") == r"\ud83d\ude00 \ude00"
