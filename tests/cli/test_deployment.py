"""`tenantpilot serve`: the whole family on one machine."""

import http.client
import os
import signal

import pytest

from tenantpilot.operations.models import ProcessHeartbeat
from tests.cli.kit import descendants, is_alive, kill, running, tenantpilot, until
from tests.ports import free_port

WHOLE_FAMILY = 6  # web with two processes, two workers, a scheduler


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def serving(installation, port, tmp_path):
    with running("serve", "--port", str(port), output=tmp_path / "said", **installation) as started:
        started.until(lambda: answers(port) == 200 and roles_alive() == ["scheduler", "web", "web", "worker", "worker"])
        started.until(lambda: len(descendants(started.process.pid)) == WHOLE_FAMILY)
        yield started


def answers(port: int, path: str = "/healthz", *, seconds: float = 2) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def roles_alive() -> list[str]:
    return sorted(ProcessHeartbeat.objects.values_list("role", flat=True))


def test_it_serves_pages_works_and_ends_well_as_a_whole(serving, port):
    family = descendants(serving.process.pid)
    assert len(family) == WHOLE_FAMILY
    assert serving.stop() == 0
    assert not any(map(is_alive, family))
    assert "did not end in time" not in serving.said
    assert roles_alive() == []
    assert "Traceback" not in serving.said


@pytest.mark.same_on_both  # processes and ports
def test_killed_with_sigkill_it_leaves_neither_a_process_nor_its_port_behind(serving, port, installation, tmp_path):
    family = descendants(serving.process.pid)
    kill(serving.process.pid)
    until(lambda: not any(map(is_alive, family)))
    with running("serve", "--port", str(port), output=tmp_path / "again", **installation) as again:
        again.until(lambda: answers(port) == 200)


def test_whoever_is_killed_comes_back_and_visitors_only_wait(serving, port):
    workers_before = set(ProcessHeartbeat.objects.values_list("name", flat=True))
    for pid in descendants(serving.process.pid):
        kill(pid)
    assert answers(port, seconds=60) == 200
    until(lambda: len(set(ProcessHeartbeat.objects.values_list("name", flat=True)) - workers_before) == 5)
    assert "it starts again" in serving.said


def test_doctor_finds_nothing_wrong_and_keys_are_not_rotated_beneath_it(serving, installation):
    examined = tenantpilot("doctor", **installation)
    assert examined.code == 0, examined.out
    refused = tenantpilot("rotate-keys", **installation)
    assert refused.code == 1
    assert "TenantPilot is running" in refused.err


@pytest.mark.same_on_both  # processes and signals
@pytest.mark.parametrize("command", [("worker",), ("scheduler",), ("web",)])
def test_a_process_of_a_larger_deployment_runs_alone_and_ends_well(installation, tmp_path, command):
    options = ("--port", str(free_port())) if command == ("web",) else ()
    with running(*command, *options, output=tmp_path / "said", **installation) as alone:
        alone.until(lambda: answers(int(options[1])) == 200 if options else roles_alive() == list(command))
        assert alone.stop(signal.SIGINT) == 0
    assert roles_alive() == []
    assert "Traceback" not in alone.said


@pytest.mark.same_on_both  # processes and signals
def test_a_web_process_that_does_not_end_in_time_leaves_no_row(installation, port, tmp_path):
    impatient = installation | {"SHUTDOWN_GRACE_SECONDS": "1"}
    with running("web", "--port", str(port), output=tmp_path / "said", **impatient) as alone:
        alone.until(lambda: roles_alive() == ["web", "web"])
        os.kill(descendants(alone.process.pid)[0], signal.SIGSTOP)
        assert alone.stop() == 0
    assert roles_alive() == []
