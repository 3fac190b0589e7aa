"""What a person is told when something is wrong: one line, what to do, no trace, no secret."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, Answer, clean_environment, tenantpilot
from tests.ports import free_port

NOBODY = 65534


def told_in_one_line(answer: Answer, *words: str) -> None:
    """Whatever it did before is said by lines that begin otherwise."""
    complaints = [line for line in answer.lines if line.startswith("✗")]
    assert answer.code == 1, answer.err
    assert len(complaints) == 1, answer.err
    assert "Traceback" not in answer.err + answer.out
    for word in words:
        assert word in complaints[0]


@pytest.mark.parametrize("command", ["serve", "web", "demo"])
def test_a_port_in_use(tmp_path, data_dir, command):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = tenantpilot(command, "--port", str(port), cwd=tmp_path, DATA_DIR=str(data_dir))
    told_in_one_line(answer, f"Port {port}", "in use", f"--port {port + 1}")


@pytest.mark.parametrize("arguments", [("setup",), ("demo", "--port", "1")], ids=["setup", "demo"])
def test_a_data_folder_that_cannot_be_one(tmp_path, arguments):
    (tmp_path / "file").write_text("not a folder")
    place = str(tmp_path / "file" / "data")
    options = ("--data-dir", place, "--once") if "demo" in arguments else ()
    answer = tenantpilot(arguments[0], *options, cwd=tmp_path, DATA_DIR=place)
    told_in_one_line(answer, place, "cannot be written", "choose another")


def test_a_data_folder_that_this_user_may_not_write(tmp_path):
    """Rights do not hold root back, so another user asks."""
    answer = _as_nobody("setup", DATA_DIR=str(tmp_path / "closed" / "data"), folder=tmp_path)
    told_in_one_line(answer, "cannot be written", "Permission denied")


@pytest.mark.parametrize("command", ["serve", "web", "worker", "scheduler"])
def test_a_migration_that_is_not_applied(tmp_path, data_dir, command):
    options = ("--port", str(free_port())) if command in {"serve", "web"} else ()
    answer = tenantpilot(command, *options, cwd=tmp_path, DATA_DIR=str(data_dir))
    told_in_one_line(answer, "not up to date", "Run: tenantpilot migrate")


@pytest.mark.parametrize("command", [("migrate",), ("worker",), ("runs", "list"), ("demo", "--once", "--json")])
def test_a_database_server_that_is_not_there(tmp_path, data_dir, command):
    url = "postgresql://pilot:hunter2-secret@127.0.0.1:1/tenantpilot"
    answer = tenantpilot(*command, cwd=tmp_path, DATA_DIR=str(data_dir), DATABASE_URL=url)
    told_in_one_line(answer, "database does not answer", "TENANTPILOT_DATABASE_URL")
    assert "hunter2" not in answer.err + answer.out


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HTTPS", "perhaps", "TENANTPILOT_HTTPS is 'perhaps'; write 1 or 0."),
        ("LEASE_SECONDS", "soon", "TENANTPILOT_LEASE_SECONDS is 'soon'; write a number"),
        ("OPERATIONS_PER_TENANT", "0", "at least 1"),
        ("DATABASE_URL", "mysql://somewhere/db", "'mysql'; write sqlite:/// or postgresql://"),
        ("GRAPH_SIMULATOR_URL", "http://127.0.0.1:1", "set TENANTPILOT_DEMO=1"),
        ("TRUSTED_PROXIES", "10.0.0.5,proxy.example", "no address or network"),
        ("PUBLIC_ADDRESS", "pilot.example", "is no address such as https://pilot.example"),
    ],
)
def test_settings_that_cannot_be_read(tmp_path, data_dir, name, value, says):
    told_in_one_line(tenantpilot("doctor", cwd=tmp_path, DATA_DIR=str(data_dir), **{name: value}), says)


@pytest.mark.parametrize("hosts", ["localhost,pilot.example", "0.0.0.0", "*", ".pilot.example"])
def test_a_demo_on_a_public_host_does_not_start(tmp_path, data_dir, hosts):
    """Whoever has one of its links signs in without a password, so it answers to this machine alone."""
    settings = {"DATA_DIR": str(data_dir), "DEMO": "1", "HTTPS": "1", "ALLOWED_HOSTS": hosts}
    told_in_one_line(tenantpilot("web", cwd=tmp_path, **settings), "TENANTPILOT_DEMO=1", hosts.rpartition(",")[2])


def test_a_server_without_a_secret_key_does_not_start(tmp_path):
    told_in_one_line(
        tenantpilot("scheduler", cwd=tmp_path, DATA_DIR=str(tmp_path)), "no secret key", "tenantpilot setup"
    )


def test_help_needs_no_settings(tmp_path):
    answer = tenantpilot("--help", cwd=tmp_path, HTTPS="perhaps")
    assert answer.code == 0
    assert "worker" in answer.out


def test_a_trace_is_shown_to_who_asks_for_it(tmp_path):
    assert "Traceback" in tenantpilot("--trace", "doctor", cwd=tmp_path, HTTPS="perhaps").err


@pytest.fixture
def disk(tmp_path):
    """disk(options) is a file system of the test's own."""
    place = tmp_path / "disk"
    place.mkdir()

    def make(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("a disk of its own needs the right to mount a tmpfs")
        return place

    yield make
    if place.is_mount():
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_data_folder_on_a_read_only_disk(disk, tmp_path):
    place = disk("size=1m,ro")
    answer = tenantpilot("setup", cwd=tmp_path, DATA_DIR=str(place / "data"))
    told_in_one_line(answer, "cannot be written", "Read-only file system", "choose another folder")


@pytest.mark.parametrize("size", [16 * 1024, 256 * 1024], ids=["no room for keys", "no room for a database"])
@pytest.mark.parametrize("command", ["setup", "demo"])
def test_a_full_disk(disk, tmp_path, size, command):
    place = disk(f"size={size}")
    (place / "ballast").write_bytes(b"x" * (size - 8 * 1024 if size < 100_000 else 1))
    options = ("--once", "--data-dir", str(place / "data")) if command == "demo" else ()
    answer = tenantpilot(command, *options, cwd=tmp_path, DATA_DIR=str(place / "data"))
    told_in_one_line(answer, "disk", "full", "Free some space")


def _as_nobody(*arguments: str, folder: Path, **settings: str) -> Answer:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    python = Path(shutil.which("python3", path=str(ROOT / ".venv" / "bin")) or "python3").resolve()
    if not all(os.stat(above).st_mode & 0o001 for above in python.parents):
        pytest.skip(f"another user may not run {python}")
    (folder / "closed").mkdir(mode=0o755)
    for above in (folder, *folder.parents):
        if above.owner() == "root" and above.is_relative_to("/tmp/pytest-of-root"):
            above.chmod(0o755)
    done = subprocess.run(
        [str(ROOT / ".venv/bin/python"), "-m", "tenantpilot.cli", *arguments],
        cwd=folder, env=clean_environment(**settings), user=NOBODY, group=NOBODY, extra_groups=[],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)
