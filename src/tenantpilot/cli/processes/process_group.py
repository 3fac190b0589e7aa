"""The processes of a deployment on one machine."""

from collections.abc import Sequence
from pathlib import Path

from tenantpilot.cli.processes.child import ChildSpec, tenantpilot

QUEUES = ("interactive", "scheduled", "bulk")
QUICK_QUEUES = QUEUES[:2]
# Where the processors are full, a person who opens a page goes before all work in the background.
BEHIND_PAGES = 10


def web(descriptor: int, log: Path | None = None) -> ChildSpec:
    """It serves a socket that the supervisor holds."""
    return ChildSpec("web", tenantpilot("web", "--fd", str(descriptor)), log, keep_open=(descriptor,))


def workers(number: int, log_folder: Path | None = None) -> list[ChildSpec]:
    """Return the workers. The first of several takes no bulk work, so that a click never waits for it."""
    names = [f"worker-{place}" for place in range(1, number + 1)]
    queues = [QUICK_QUEUES if name == names[0] and number > 1 else QUEUES for name in names]
    return [_worker(name, chosen, log_folder) for name, chosen in zip(names, queues, strict=True)]


def scheduler(log_folder: Path | None = None) -> ChildSpec:
    return ChildSpec("scheduler", tenantpilot("scheduler"), _log("scheduler", log_folder))


def _worker(name: str, queues: Sequence[str], log_folder: Path | None) -> ChildSpec:
    options = [part for queue in queues for part in ("--queue", queue)]
    return ChildSpec(name, tenantpilot("worker", *options), _log(name, log_folder), niceness=BEHIND_PAGES)


def _log(name: str, folder: Path | None) -> Path | None:
    return folder / f"{name}.log" if folder else None
