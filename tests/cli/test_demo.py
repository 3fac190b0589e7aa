"""`tenantpilot demo`: the whole product on sample tenants, in processes of its own."""

import http.client
import json
import re
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tenantpilot.tenancy.models import Tenant, Workspace
from tests.cli.kit import Answer, descendants, is_alive, kill, running, tenantpilot, until
from tests.ports import free_port

OF_AN_INSTALLATION = {
    "HTTPS": "1",
    "ALLOWED_HOSTS": "pilot.example",
    "DATA_DIR": "/nonexistent",
    "LEASE_SECONDS": "3600",
}
pytestmark = pytest.mark.timeout(1_500)
# Each tenant has one policy less than it began with: the history deletes it, and the story another one.
SYNCED = [re.compile("Contoso succeeded.* 199 policies"), re.compile("Fabrikam succeeded.* 63 policies")]
PREVIEWED = "Preview of a restore of Contoso succeeded: 2 items processed, 2 succeeded"
DRILLED = [
    re.compile("Drill of a restore of Contoso .*199 items"),
    re.compile("Drill of a restore of Fabrikam .*63 items"),
]


@pytest.fixture
def headless(own_database, tmp_path):
    """headless(*options) runs it on a database of the test's own."""

    def run(*options: str) -> Answer:
        return tenantpilot("demo", "--once", *options, cwd=tmp_path, timeout=1_200, DATABASE_URL=own_database.url)

    return run


@pytest.mark.same_on_both  # the test below does it on PostgreSQL, with one more trouble
def test_once_it_syncs_contoso_and_prints_one_object(headless, tmp_path):
    answer = headless("--json")
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert (said["run"]["status"], said["run"]["outcome"]) == ("completed", "succeeded")
    assert said["notifications"] == 1
    assert said["policies"] == said["run"]["summary_counts"]["policies"] == 200
    assert said["restore"] == {
        "preview_writes": 0,
        "written": 2,
        "created": 1,
        "differences_after": 0,
        "notifications": 1,
    }
    assert said["capture"] == {"versions": 200, "unchanged_second_time": 200, "incomplete": 0}
    backup = said["backup"]
    assert (backup["state"], backup["items"], backup["verified"]) == ("complete", 200, True)
    assert (len(backup["digest"]), backup["second_new_payloads"]) == (64, 0)
    assert "Traceback" not in answer.err
    assert list(tmp_path.iterdir()) == [], "its folder is its own, and goes with it"


@pytest.mark.left_to_postgresql  # the test above does all of it on SQLite, without this trouble
def test_ops_07_a_worker_killed_in_the_middle_costs_nothing(headless):
    """SIGKILL to the process that holds the run; another takes it up, and it ends once."""
    answer = headless("--json", "--fault", "worker-kill")
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert said["killed_worker"] is not None
    assert said["run"]["attempts"] == 2
    assert (said["run"]["outcome"], said["notifications"]) == ("succeeded", 1)


def test_with_pages_everybody_gets_a_link_and_a_story_is_told(tmp_path):
    """In a shell in which the settings of a real installation are exported. One folder is for one demo at a time."""
    port = free_port()
    with running("demo", "--port", str(port), cwd=tmp_path, output=tmp_path / "said", **OF_AN_INSTALLATION) as demo:
        demo.until(lambda: all(synced.search(demo.said) for synced in SYNCED))
        demo.until(lambda: PREVIEWED in demo.said)
        demo.until(lambda: all(drilled.search(demo.said) for drilled in DRILLED))
        links = re.findall(rf"http://127\.0\.0\.1:{port}/auth/link/\S+", demo.said)
        assert len(links) == 5
        assert opens(links[1]) == 302
        second = tenantpilot("demo", "--port", str(free_port()), cwd=tmp_path)
        assert (second.code, "A demo is running in" in second.err) == (1, True)
        stops_within_seconds_and_leaves_nothing_running(demo)
    assert "Traceback" not in demo.said
    finds_its_data_again_and_dies_as_a_whole(tmp_path)


def stops_within_seconds_and_leaves_nothing_running(demo):
    family = descendants(demo.process.pid)
    assert len(family) >= 7  # simulator, web with two processes, two workers, a scheduler
    began = time.monotonic()
    assert demo.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 45  # a second when the machine is idle; six until what is left is killed
    assert not any(map(is_alive, family))


def finds_its_data_again_and_dies_as_a_whole(folder):
    with running("demo", "--port", str(free_port()), cwd=folder, output=folder / "again") as demo:
        demo.until_said("Sign in as")
        assert "up to date" in demo.said
        assert syncs_in(folder / ".data/demo") == 14  # five days of history, the first of people, those of the story
        assert history_in(folder / ".data/demo") == {"unknown", "likely", "one_of"}
        assert "State: on (was report-only)" in states_in(folder / ".data/demo")
        assert deleted_in(folder / ".data/demo") == {"contoso": 2, "fabrikam": 2}
        family = descendants(demo.process.pid)
        kill(demo.process.pid)
        until(lambda: not any(map(is_alive, family)))


def test_it_keeps_out_of_a_folder_that_is_not_a_demos(tmp_path):
    assert tenantpilot("setup", DATA_DIR=str(tmp_path / "real")).code == 0
    before = (tmp_path / "real" / "secret.key").read_text()
    refused = tenantpilot("demo", "--fresh", "--once", "--data-dir", str(tmp_path / "real"), cwd=tmp_path)
    assert refused.code == 1
    assert "holds the data of an installation" in refused.err
    assert (tmp_path / "real" / "secret.key").read_text() == before


def test_it_keeps_out_of_a_database_that_is_not_its_own(headless, northwind):
    Workspace.objects.create(slug="tailspin", name="Tailspin")
    answer = headless()
    assert answer.code == 1
    assert "workspaces that are not the demo's" in answer.err
    assert not Tenant.everywhere.exists()


def test_fault_and_json_belong_to_once(tmp_path):
    answer = tenantpilot("demo", "--json", cwd=tmp_path)
    assert answer.code == 2
    assert "need --once" in answer.err


def opens(link: str) -> int:
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request("GET", parts.path)
    return connection.getresponse().status


def history_in(folder: Path) -> set[str]:
    """Return the confidences in the makers of the changes of the month before the demo was opened."""
    database = sqlite3.connect(folder / "tenantpilot.sqlite3")
    query = "SELECT DISTINCT actor_confidence FROM policy_versions WHERE read_at < datetime('now', '-1 day')"
    return {confidence for (confidence,) in database.execute(query)}


def states_in(folder: Path) -> set[str]:
    """Return in words how the states of Conditional Access policies changed, once emergency accounts are chosen."""
    database = sqlite3.connect(folder / "tenantpilot.sqlite3")
    sentences = "SELECT sentence FROM policy_versions WHERE sentence LIKE 'State: %'"
    chosen_before = "read_at > (SELECT max(added_at) FROM emergency_accounts)"
    return {sentence for (sentence,) in database.execute(f"{sentences} AND {chosen_before}")}


def deleted_in(folder: Path) -> dict[str, int]:
    """Return the number of policies of each tenant that people deleted, before and after the demo was opened."""
    database = sqlite3.connect(folder / "tenantpilot.sqlite3")
    tenants = "SELECT tenants.slug FROM policies JOIN tenants ON tenants.id = policies.tenant_id"
    return Counter(slug for (slug,) in database.execute(f"{tenants} WHERE policies.missing_since IS NOT NULL"))


def syncs_in(folder: Path) -> int:
    database = sqlite3.connect(folder / "tenantpilot.sqlite3")
    rows = database.execute("SELECT id FROM operation_runs WHERE type = 'inventory_sync'").fetchall()
    return len(rows)
