"""`make test`: every suite, on every database that is here, and a last word on what was skipped.

python -m tests.run [all | contract | deep | chaos]
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

import psycopg

from tests.chromium import MISSING, find_chromium
from tests.servers import PostgresServer, find_postgresql

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() == "true"

# Many processes load the whole product and all tests: once compiled is enough, also where Python may keep nothing.
KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}

say = partial(print, end="", flush=True)
PRINTING = Lock()


@dataclass
class Suite:
    """One call of pytest."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    niceness: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    code: int = 0

    def run(self, tell: Callable[[str], None] = say) -> None:
        tell(f"\n=== {self.name} ===\n")
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", *self.arguments]
        polite = ["nice", "-n", str(self.niceness)] if self.niceness else []
        environment = os.environ | KEEPS_BYTECODE | self.environment
        process = subprocess.Popen([*polite, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for line in process.stdout or ():
            tell(line)
            self._read_counts(line)
        # 5: no test was chosen, which is a failure of the command that chose.
        self.code = process.wait()
        self.seconds = time.monotonic() - began

    def _read_counts(self, line: str) -> None:
        if re.search(r" in \d+[.\d]*s", line):
            self.passed = _count(line, "passed")
            self.failed = _count(line, "failed") + _count(line, "errors?")
            self.skipped = _count(line, "skipped")


def _count(line: str, word: str) -> int:
    found = re.search(rf"(\d+) {word}\b", line)
    return int(found.group(1)) if found else 0


# Suites that run one after another, beside other lanes.
Lane = list[Suite]


def main(mode: str) -> int:
    postgresql = find_postgresql()
    missing = [] if postgresql else ["PostgreSQL: no server on 127.0.0.1:5432 and no binaries to start one"]
    if find_chromium() is None and mode == "all":
        missing.append(f"{MISSING} (browser tests were skipped)")
    if missing and IN_CI:
        print("CI needs what is missing here:", *missing, sep="\n  ")
        return 1
    lanes = _lanes(mode, postgresql)
    _run_side_by_side(lanes, at_once=AT_ONCE if mode == "all" else len(lanes))
    _remove_templates(postgresql)
    return _last_words([suite for lane in lanes for suite in lane], missing)


# What the database itself refuses, orders or undoes, and what each dispatcher promises.
UP_TO_THE_DATABASE = (
    "audit/",
    "tenancy/",
    "operations/dispatching/",
    "operations/test_cancelling.py",
    "operations/test_dying.py",
    "operations/test_ending.py",
    "operations/test_illegal_writes.py",
    "operations/test_leases.py",
    "operations/test_starting.py",
    "operations/test_states.py",
)


# What was migrated once, for all processes of this run to copy. Runs beside each other, or one that was killed and
# left its own behind, are not in each other's way.
TEMPLATE = "TENANTPILOT_TESTS_TEMPLATE"
OWN = f"tenantpilot_template_{os.getpid()}"
ON_SQLITE = {TEMPLATE: str(Path(tempfile.gettempdir()) / f"{OWN}.sqlite3")}
ON_POSTGRESQL, UNDER_POLICIES = OWN, f"{OWN}_policies"


def _remove_templates(postgresql: PostgresServer | None) -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{OWN}.*"):
        path.unlink()
    if postgresql:
        with psycopg.connect(f"{postgresql.url}/postgres", autocommit=True) as server:
            for name in (ON_POSTGRESQL, UNDER_POLICIES):
                server.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        postgresql.stop()


def _run_side_by_side(lanes: list[Lane], *, at_once: int) -> None:
    """Run so many lanes at the same time, and the suites of a lane one after another.

    A lane that is alone prints as it goes. Else a suite's output is kept until it has ended, so that no two mix.
    """
    if len(lanes) == 1:
        for suite in lanes[0]:
            suite.run()
        return
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(_run_lane, lanes))


def _run_lane(lane: Lane) -> None:
    for suite in lane:
        lines: list[str] = []
        suite.run(lines.append)
        with PRINTING:
            say("".join(lines))


def _lanes(mode: str, postgresql: PostgresServer | None) -> list[Lane]:
    """Return the suites of a mode, arranged in lanes that run side by side.

    Most tests wait for processes, browsers and databases, so that two cores carry several lanes. Chaos and the deep
    tests measure what a busy machine does to them, and have it to themselves.
    """
    if mode == "contract":
        return [[suite] for suite in _contract_suites(postgresql)]
    if mode == "all":
        return _lanes_of_all(postgresql)
    product = ["tests/operations/chaos", "-s"] if mode == "chaos" else ["tests", "-n", "2", "--dist", "worksteal"]
    lane = [Suite("TenantPilot on SQLite", [*product, "-m", "deep"], ON_SQLITE)]
    if postgresql:
        lane.append(_on_postgresql(postgresql, [*product, "-m", "database and not browser and deep"]))
    if mode == "deep":
        lane += [_package_suite(name, mode) for name in ("ownedfields", "intunesim")]
    return [lane]


# With more of them two cores are so busy that browsers and deployments miss their deadlines.
AT_ONCE = 2


def _lanes_of_all(postgresql: PostgresServer | None) -> list[Lane]:
    """Return a lane for each suite, the longest first: whichever ends makes room for the next, and no core is idle."""
    product = ["tests", "-n", "2", "--dist", "worksteal", "-m"]
    browser = ["tests/web/browser", "-n", "2", "--dist", "worksteal", "-m", "browser and not deep"]
    on_sqlite = f"not browser and not deep{' and not left_to_postgresql' if postgresql else ''}"
    suites = [Suite("TenantPilot on SQLite", [*product, on_sqlite], ON_SQLITE)]
    if postgresql:
        chosen = [*product, "database and not browser and not deep and not same_on_both"]
        suites.append(_on_postgresql(postgresql, chosen))
    suites += [Suite("TenantPilot in a browser", browser, ON_SQLITE), _package_suite("intunesim", "all")]
    if postgresql:
        suites.append(_suite_under_policies(postgresql))
    return [[suite] for suite in (*suites, _package_suite("ownedfields", "all"))]


# Left to itself, pytest loads every plugin that is installed, and compiles their libraries anew to rewrite assertions.
FEW_PLUGINS = [
    "--disable-plugin-autoload",
    *(
        part
        for plugin in ("pytest_django.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
        for part in ("-p", plugin)
    ),
]


def _contract_suites(postgresql: PostgresServer | None) -> list[Suite]:
    """What names a rule in the modules that prove them, side by side. `make test` runs all of it on both databases."""
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "mark.contract" in path.read_text()]
    paths = [str(path.relative_to(ROOT)) for path in files]
    engine = [path for path in paths if path.startswith("tests/operations/")]
    others = [path for path in paths if path not in engine]
    chosen = [*FEW_PLUGINS, "-m", "contract and rule and not deep and not browser"]
    suites = [
        Suite("The engine on SQLite", [*engine, *chosen], ON_SQLITE, niceness=5),
        Suite("What stands around it on SQLite", [*others, *chosen], ON_SQLITE, niceness=5),
    ]
    if postgresql:
        refused = [path for path in paths if path.removeprefix("tests/").startswith(UP_TO_THE_DATABASE)]
        chosen = [*FEW_PLUGINS, "-m", "contract and rule and database and not deep and not twice"]
        suites.append(_on_postgresql(postgresql, [*refused, *chosen]))
    return suites


def _on_postgresql(postgresql: PostgresServer, arguments: list[str]) -> Suite:
    environment = {"TENANTPILOT_DATABASE_URL": f"{postgresql.url}/tenantpilot", TEMPLATE: ON_POSTGRESQL}
    return Suite("TenantPilot on PostgreSQL", arguments, environment)


def _suite_under_policies(postgresql: PostgresServer) -> Suite:
    """Every address for every kind of person, with PostgreSQL's row-level security turned on."""
    environment = {
        "TENANTPILOT_DATABASE_URL": f"{postgresql.bound_by_policies()}/tenantpilot",
        "TENANTPILOT_ROW_SECURITY": "1",
        TEMPLATE: UNDER_POLICIES,
    }
    account = ["account/test_events.py", "account/test_one_time_links.py", "people/test_people.py"]
    web = ["test_activity.py", "test_notifications.py", *account]
    paths = ["tests/contract/test_routes.py", *(f"tests/web/{name}" for name in web)]
    return Suite("TenantPilot under row security", [*paths, "-n", "2"], environment)


def _package_suite(name: str, mode: str) -> Suite:
    folder = f"packages/{name}"
    arguments = ["-c", f"{folder}/pyproject.toml", "--rootdir", folder, f"{folder}/tests", "-n", "1"]
    environment = {"OWNEDFIELDS_DEEP": "1"} if mode == "deep" else {}
    return Suite(name, [*arguments, "-p", "no:django", "-p", "no:cacheprovider"], environment)


def _last_words(suites: list[Suite], missing: list[str]) -> int:
    print("\n=== what ran ===")
    for suite in suites:
        state = "ok" if suite.code == 0 else f"FAILED (exit {suite.code})"
        counts = f"{suite.passed} passed, {suite.failed} failed, {suite.skipped} skipped"
        print(f"{suite.name:28} {counts:40} {suite.seconds:6.0f} s  {state}")
    print("Not run here:", *missing, sep="\n  ") if missing else print("Nothing was left out.")
    broken = sum(suite.code != 0 and not suite.failed for suite in suites)
    total = [sum(getattr(suite, name) for suite in suites) for name in ("passed", "failed", "skipped")]
    print(f"{total[0]} passed, {total[1] + broken} failed, {total[2]} skipped")
    return 1 if any(suite.code for suite in suites) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
