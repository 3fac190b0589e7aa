"""A worker of the distributed engine: procrastinate's, woken by LISTEN/NOTIFY.

It reaches the queue by connections of its own. What a handler dispatches goes through Django's connection all the
same, in the handler's transaction, because the dispatcher has a job manager of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from django.db import close_old_connections
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.worker import Worker

from tenantpilot.core.connections import release_connection
from tenantpilot.operations.queues.procrastinate import BEATS_EVERY, TASK
from tenantpilot.operations.workers.departure import Departure
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.operations.workers.signals import hear, to_listen_for

# What LISTEN does not tell: jobs whose time has come, and everything behind a proxy that pools transactions.
LOOKS_EVERY_SECONDS = 2.0


def work(queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float, places: int) -> None:
    """Until a signal, or until the database goes away: whoever supervises starts it again."""
    asyncio.run(_work(queues, name=name, leaving=leaving, grace_seconds=grace_seconds, places=places))


async def _work(queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float, places: int) -> None:
    # By itself the loop has as many threads as the machine has cores, and some.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(places + 2, thread_name_prefix="run"))
    async with worker_of(queues, name=name, places=places) as worker:
        _listen_for_signals(worker, leaving, grace_seconds)
        await worker.run()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def worker_of(queues: Sequence[str], *, name: str, places: int = 1) -> AsyncIterator[Worker]:
    """A worker that works on so many jobs at once. It asks its queue by one connection, and listens by another."""
    app = App(connector=PsycopgConnector(kwargs=_connection(), min_size=1, max_size=1))
    app.task(name=TASK)(execute_run)
    async with app.open_async():
        yield Worker(
            app,
            queues=list(queues),
            name=name,
            concurrency=places,
            fetch_job_polling_interval=LOOKS_EVERY_SECONDS,
            update_heartbeat_interval=BEATS_EVERY.total_seconds(),
            # The run's row says how it ended; a job that did its duty says nothing more.
            delete_jobs="successful",
            install_signal_handlers=False,
        )


def _connection() -> dict[str, Any]:
    """Return the parameters of the engine's own connections, which are none of Django's pool."""
    parameters = dict(connector_params())
    parameters.pop("pool", None)
    return parameters


def execute_run(run_id: int) -> None:
    """The one task of the whole product, in a thread of the worker."""
    close_old_connections()
    try:
        Runner().execute(run_id)
    finally:
        close_old_connections()
        release_connection()


def _listen_for_signals(worker: Worker, leaving: Departure, grace_seconds: float) -> None:
    """Each only says that no further job is taken."""

    def leave() -> None:
        leaving.begin(grace_seconds)
        worker.stop()  # type: ignore[no-untyped-call]

    loop = asyncio.get_running_loop()
    for number in to_listen_for():
        loop.add_signal_handler(number, leave)
    hear()
