"""Find a PostgreSQL server for the tests, or start one of their own from the machine's binaries."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.leftovers import end_with_this_process
from tests.ports import free_port

STANDARD = "postgresql://postgres@127.0.0.1:5432"


@dataclass
class PostgresServer:
    """`url` has no database name. A server that was found is not stopped."""

    url: str
    folder: Path | None = None
    binaries: Path | None = None

    def stop(self) -> None:
        if self.folder is not None and self.binaries is not None:
            _as_owner(_stopping(self.binaries, self.folder))
            shutil.rmtree(self.folder, ignore_errors=True)

    def crash_and_start(self) -> None:
        """As if its process had been killed: nothing is said to anybody. Started where it was not running, too."""
        self._restart("immediate")

    def restart(self) -> None:
        """As an upgrade of the server does it: every session is ended, nothing is lost."""
        self._restart("fast")

    def _restart(self, mode: str) -> None:
        assert self.folder is not None, "a server that was found is not ours to stop"
        data = self.folder / "data"
        _as_owner([str(self.binaries / "pg_ctl"), "-D", str(data), "-w", "-l", f"{data}.log", "-m", mode, "restart"])

    @property
    def answers(self) -> bool:
        return _answers(self.url)

    def bound_by_policies(self, role: str = "tenantpilot_tests") -> str:
        """The address for a role that row-level security binds, made here unless it is there."""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as server:
            if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                server.execute(f"CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{role}'")
            host, port = server.info.host, server.info.port
        return f"postgresql://{role}:{role}@{host}:{port}"


def find_postgresql() -> PostgresServer | None:
    """A server that answers; else one started here; else None."""
    url = os.environ.get("TENANTPILOT_TEST_POSTGRESQL", STANDARD)
    if _answers(url):
        return PostgresServer(url)
    return start_own_postgresql()


def start_own_postgresql(within: Path | None = None) -> PostgresServer | None:
    """Its files in a folder of its own, in `within` if that is given. None where there are no binaries."""
    binaries = _binaries()
    return _start(binaries, within) if binaries else None


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(f"{url}/postgres", connect_timeout=10) as server:
            return server.info.server_version >= 150000
    except psycopg.Error:
        return False


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    path = shutil.which("initdb")
    return found[0].parent if found else Path(path).parent if path else None


def _start(binaries: Path, within: Path | None) -> PostgresServer | None:
    folder = Path(tempfile.mkdtemp(prefix="tenantpilot-postgresql-", dir=within))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    data = str(folder / "data")
    _as_owner([str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    _as_owner([str(binaries / "pg_ctl"), "-D", data, "-w", "-l", f"{data}.log", "-o", options, "start"])
    end_with_this_process(folder, [*_owner(), *_stopping(binaries, folder)])
    server = PostgresServer(f"postgresql://postgres@127.0.0.1:{port}", folder, binaries)
    return server if _answers(server.url) else None


def _stopping(binaries: Path, folder: Path) -> list[str]:
    return [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"]


def _as_owner(command: list[str]) -> None:
    subprocess.run([*_owner(), *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def _owner() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
