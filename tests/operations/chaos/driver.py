"""python -m tests.operations.chaos.driver SECONDS SEED JOURNAL: a whole deployment that is never left in peace.

One web process, four workers and two schedulers, all of them the product's own, on the database that the environment
names; two people who click. Every process is killed at random from outside, and kills itself at random before or
after any statement or commit: those of start, claim, progress and finish alike. Workers are stopped and go on again,
clocks are wrong and jump, the queue refuses and delivers twice; where the server and the disk are the chaos's own,
the one is crashed and the other filled. At the end the trouble stops, and what is left is given time to settle.
Prints one JSON object.

With CHAOS_MODE=restarts the server is restarted all the time, and nothing else happens: no process is killed, no clock
is wrong, nobody cancels.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.disks import SmallDisk
from tests.operations.chaos import roles, troubles
from tests.operations.chaos.journal import Journal
from tests.ports import free_port
from tests.servers import PostgresServer

Fork = multiprocessing.get_context("fork")
CREW = {"serve": 1, "work": 4, "schedule": 2}
SETTLES_WITHIN_SECONDS = 90
GIVES_UP_AFTER_SECONDS = 60
ENOUGH = 10
FULL_FOR_SECONDS = 0.7
FROZEN_FOR_SECONDS = 3.0
RESTARTS_ALONE = os.environ.get("CHAOS_MODE") == "restarts"


class Crew:
    """Keeps the number of processes, whatever happens to them."""

    def __init__(self, seed: int, journal: Journal, port: int) -> None:
        self.fate, self.said = troubles.CALM if RESTARTS_ALONE else troubles.TROUBLED, Counter[str]()
        self._random, self._journal, self._port = random.Random(seed), journal, port
        self._members: dict[int, tuple[str, Any]] = {}
        self._frozen: list[tuple[float, int]] = []

    def fill(self, wanted: dict[str, int]) -> None:
        self.bury()
        there = Counter(role for role, _process in self._members.values())
        for role, number in wanted.items():
            for _missing in range(number - there[role]):
                self._start(role, *([self._port] if role == "serve" else []))

    def people(self, door: roles.Door, number: int) -> list[Any]:
        """Not of the crew: nobody kills them."""
        calm = troubles.CALM
        started = [Fork.Process(target=_live, args=("ask", calm, n, door), daemon=True) for n in range(number)]
        for process in started:
            process.start()
        return started

    def bury(self) -> None:
        for pid, (role, process) in list(self._members.items()):
            if not process.is_alive():
                del self._members[pid]
                self.said["killed" if process.exitcode == -signal.SIGKILL else "left"] += 1
                self._journal.note("dead", member=pid, role=role)

    def kill(self, number: int) -> None:
        self.bury()
        for pid in self._random.sample([*self._members], min(number, len(self._members))):
            _signal(pid, signal.SIGKILL)

    def freeze_a_worker(self) -> None:
        workers = [pid for pid, (role, _process) in self._members.items() if role == "work"]
        for pid in self._random.sample(workers, min(1, len(workers))):
            _signal(pid, signal.SIGSTOP)
            self._frozen.append((time.monotonic() + FROZEN_FOR_SECONDS, pid))
            self.said["frozen"] += 1

    def thaw(self, *, everybody: bool = False) -> None:
        for until, pid in list(self._frozen):
            if everybody or time.monotonic() > until:
                _signal(pid, signal.SIGCONT)
                self._frozen.remove((until, pid))

    def _start(self, role: str, *details: Any) -> None:
        process = Fork.Process(
            target=_live, args=(role, self.fate, self._random.randrange(2**32), *details), daemon=True
        )
        process.start()
        assert process.pid is not None
        self._members[process.pid] = (role, process)


def _live(role: str, fate: troubles.Fate, seed: int, *details: Any) -> None:
    """A process of its own, until it is killed. One that finds no database ends, as in production, and is replaced."""
    troubles.begin(fate, seed)
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    getattr(roles, role)(*details)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class Machine:
    """The database's server and its disk, as far as they are the chaos's own."""

    def __init__(self, said: Counter[str]) -> None:
        self._said = said
        own = json.loads(os.environ.get("CHAOS_SERVER", "null"))
        self._server = own and PostgresServer(own["url"], Path(own["folder"]), Path(own["binaries"]))
        self._disk = SmallDisk(Path(os.environ["CHAOS_DISK"])) if "CHAOS_DISK" in os.environ else None

    def crash_the_server(self) -> None:
        if self._server:
            self._server.crash_and_start()
            self._said["restarts"] += 1

    def restart_the_server(self) -> None:
        """In good order and as in a crash, in turn."""
        if self._server and self._said["restarts"] % 2:
            self._server.restart()
            self._said["restarts"] += 1
        else:
            self.crash_the_server()

    def fill_the_disk(self) -> None:
        if self._disk:
            self._disk.fill()
            time.sleep(FULL_FOR_SECONDS)
            self._disk.free()
            self._said["disk_fills"] += 1
            self.repair()

    def repair(self) -> None:
        """A server that found no room for its log has ended."""
        if self._server and not self._server.answers:
            self._server.crash_and_start()


def rage(crew: Crew, machine: Machine, seconds: float, enough: Callable[[], bool]) -> None:
    """For so long; on a machine that is busy with other things, until something came of it."""
    ends_at = time.monotonic() + seconds
    every: list[tuple[float, Callable[[], None]]] = (
        [(3.0, machine.restart_the_server)]
        if RESTARTS_ALONE
        else [
            (0.5, lambda: crew.kill(1)),
            (3.0, machine.crash_the_server),
            (4.0, machine.fill_the_disk),
            (3.5, crew.freeze_a_worker),
        ]
    )
    due = [time.monotonic() + pause for pause, _do in every]
    while time.monotonic() < ends_at or (not enough() and time.monotonic() < ends_at + GIVES_UP_AFTER_SECONDS):
        crew.fill(CREW)
        crew.thaw()
        for number, (pause, do) in enumerate(every):
            if time.monotonic() >= due[number]:
                do()
                due[number] = time.monotonic() + pause
        time.sleep(0.1)
    crew.thaw(everybody=True)
    machine.repair()


def settle(crew: Crew) -> float:
    """No more trouble, though clocks stay wrong; how long until nothing is left."""
    from django.db import DatabaseError, connection

    from tenantpilot.operations.models import OperationRun

    crew.bury()
    crew.fate = replace(crew.fate, death=0, jump=0, refusal=0, duplicate=0)
    counted = crew.said.copy()
    crew.kill(sum(CREW.values()))
    began, left = time.monotonic(), True
    while left and time.monotonic() - began < SETTLES_WITHIN_SECONDS:
        time.sleep(0.2)
        crew.fill(CREW)
        with suppress(DatabaseError):
            left = OperationRun.everywhere.active().exists()
        connection.close()
    crew.kill(sum(CREW.values()))
    crew.said = counted
    return time.monotonic() - began


def sign_in() -> str:
    """Alice, in her browser. The page she sees is loaded for all processes: they begin at once then."""
    from django.db import connection
    from django.test import Client

    from tenantpilot.tenancy.models import User

    browser = Client()
    browser.force_login(
        User.objects.get(email__startswith="alice"), backend="tenantpilot.web.sign_in.backend.AddressBackend"
    )
    browser.get("/admin/t/contoso/inventory/")
    connection.close()
    return browser.cookies["tenantpilot_session"].value


def main(seconds: float, seed: int, path: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.operations.chaos.settings"
    troubles.install_clock()
    import django

    django.setup()
    import tenantpilot.cli.work.scheduler
    import tenantpilot.cli.work.worker  # noqa: F401 loaded once, for all processes
    from tenantpilot.inventory import policy_types
    from tests.operations.chaos.work import replace_the_sync

    replace_the_sync()
    journal = Journal(path)
    troubles.install(journal)
    port = free_port()
    crew = Crew(seed, journal, port)
    people = crew.people(roles.Door(port, sign_in(), tuple(policy_types.chosen(None))[:6], RESTARTS_ALONE), 2)

    def enough() -> bool:
        killed = RESTARTS_ALONE or crew.said["killed"] >= ENOUGH
        return killed and path.read_bytes().count(b'"accepted"') >= ENOUGH

    rage(crew, Machine(crew.said), seconds, enough)
    for process in people:
        process.kill()
    settled_after = settle(crew)
    print(json.dumps({"seed": seed, "seconds": seconds, **crew.said, "settled_after": round(settled_after, 1)}))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
