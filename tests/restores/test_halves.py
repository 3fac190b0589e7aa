"""Half a surrogate pair in a tenant goes all the way: read, captured, shown, restored, as Graph wrote it."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tests.restores.conftest import edit, entity_of, version_of

pytestmark = pytest.mark.same_on_both

HALF, SHOWN = "\ud83d", r"\ud83d"
CATALOG = "deviceManagement/configurationPolicies"


def test_a_policy_with_halves_is_previewed_restored_and_shown(captured, capture, directory, restoring, signed_in, mona):
    policy = entity_of(directory, CATALOG)
    edit(directory, CATALOG, policy.id, name=f"Kiosk {HALF} lobby", description=f"{HALF} before")
    capture()
    version = version_of(policy.id)
    assert version.number == 2
    edit(directory, CATALOG, policy.id, description=f"{HALF} after")
    restore, run = restoring.whole(version)
    assert (run.outcome, run.failure_summary) == ("succeeded", [])
    assert directory.store.find(CATALOG, policy.id).body["description"] == f"{HALF} before"
    browser, place = signed_in(mona), f"/admin/t/contoso/restores/{restore.pk}/"
    for page in ("", "preview/", "result/", "scope/"):
        assert browser.get(place + page, follow=True).status_code == 200, page
    answer = CliRunner().invoke(app, ["restores", "show", str(restore.pk)])
    assert answer.exit_code == 0, answer.output
    assert SHOWN in browser.get(f"/admin/t/contoso/inventory/{version.policy_id}/versions/2/payload/").text
