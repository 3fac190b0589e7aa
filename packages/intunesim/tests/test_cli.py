"""The command: what it serves, what it prints, and what it says to wrong options."""

import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from intunesim.cli import build, main


def _options(*arguments: str):
    from intunesim.cli import _parser

    return _parser().parse_args(["serve", *arguments])


def test_tenants_come_from_the_generator_and_from_folders(tmp_path, capsys):
    folder = tmp_path / "Fabrikam"
    folder.mkdir()
    (folder / "g.json").write_text('{"displayName": "G", "membershipRule": "x"}', encoding="utf-8")
    spec = "name=Contoso,policies=30,seed=3,groups=5,tenant_id=11111111-0000-0000-0000-000000000000,client_secret=s"
    simulator = build(
        _options(
            "--generate", spec, "--tenant", str(folder), "--limits", "real", "--latency-ms", "5", "--clock", "virtual"
        )
    )
    assert [tenant.name for tenant in simulator.tenants.values()] == ["Contoso", "Fabrikam"]
    assert len(simulator.tenant("Contoso").store.entities("groups")) == 5
    assert (simulator.latency_ms, simulator.limiter is not None) == (5, True)
    announced = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["tenant"], each["client_secret"]) for each in announced] == [
        ("Contoso", "s"),
        ("Fabrikam", "simulated-secret"),
    ]


def test_faults_come_from_a_file(tmp_path):
    file = tmp_path / "faults.json"
    file.write_text('[{"kind": "status", "status": 503, "every": 2}]', encoding="utf-8")
    assert [fault.every for fault in build(_options("--faults", str(file))).faults.rules] == [2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--generate", "policies"], "expects name=value"),
        (["--generate", "name=x,colour=red"], "does not know colour"),
        (["--generate", "name=x,policies=many"], "many"),
        (["--generate", "name=x,policies=9999"], "between 0 and 5000"),
        (["--tenant", "/nowhere"], "/nowhere is not a folder"),
        (["--faults", "/nowhere.json"], "/nowhere.json"),
    ],
)
def test_a_wrong_option_ends_with_one_line_that_says_what_is_wrong(capsys, arguments, words):
    assert main(["serve", *arguments]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.startswith("intunesim: ")
    assert "Traceback" not in said


def test_a_port_in_use_is_said_in_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 1
    assert "in use" in capsys.readouterr().err


def test_the_process_serves_over_tls_and_names_the_certificate_to_trust(tmp_path):
    command = [
        sys.executable,
        "-m",
        "intunesim",
        "serve",
        "--port",
        "0",
        "--tls",
        "--state-dir",
        str(tmp_path),
        "--generate",
        "name=Contoso,policies=5",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        announced = json.loads(process.stdout.readline())
        url = process.stdout.readline().split()[-1]
        authority = process.stdout.readline().split()[-1]
        transport = httpx.HTTPTransport(verify=__import__("ssl").create_default_context(cafile=authority), retries=20)
        with httpx.Client(base_url=url, transport=transport, trust_env=False, timeout=60) as client:
            shown = client.get("/_sim/").json()
        assert url.startswith("https://")
        assert shown["tenants"][0]["id"] == announced["tenant_id"]
    finally:
        process.terminate()
        assert process.wait(60) in (0, -15)


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    shown = capsys.readouterr().out
    for option in (
        "--port",
        "--tenant",
        "--generate",
        "--latency-ms",
        "--limits",
        "--tls",
        "--faults",
        "--state-dir",
        "--clock",
    ):
        assert option in shown


def test_ctrl_c_ends_it_quietly():
    command = [sys.executable, "-m", "intunesim", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = process.stdout.readline().split()[-1]
    transport = httpx.HTTPTransport(verify=False, retries=20)
    with httpx.Client(base_url=url, transport=transport, trust_env=False, timeout=60) as client:
        assert client.get("/_sim/").status_code == 200
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
