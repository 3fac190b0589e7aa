"""The connections to PostgreSQL that the processes of a deployment hold at most."""

from collections.abc import Iterable

from tenantpilot.operations.monitoring.health import Health, Process

WEB_THREADS = 8
# A connection for each thread that serves pages, and one for its sign of life.
OF_WEB_PROCESS = WEB_THREADS + 1
OF_SCHEDULER = 2
# The engine `procrastinate` asks its queue by one connection and listens by another.
OF_ENGINE = 2
# Commands at a shell, among them `doctor` itself.
OF_COMMANDS = 2


def connections_of_worker(places: int) -> int:
    """Return the number of connections that a worker's runs share with its heart, its beat and its short questions."""
    return max(2, places - 1)


def connections_of(processes: Iterable[Process]) -> int:
    """Return the number of connections that the processes that are alive hold at most."""
    alive = [process for process in processes if process.health is Health.OK]
    return OF_COMMANDS + sum(_connections_of(process) for process in alive)


def _connections_of(process: Process) -> int:
    if process.role == "worker":
        return connections_of_worker(process.places) + OF_ENGINE
    return OF_WEB_PROCESS if process.role == "web" else OF_SCHEDULER
