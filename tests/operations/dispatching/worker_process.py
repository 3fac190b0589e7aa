"""python -m tests.operations.dispatching.worker_process QUEUE ...: the product's worker, with the tests' operations."""

import os
import sys
from datetime import datetime

import django

STOPPED_WITH = "TENANTPILOT_TESTS_STOPPED_WITH"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tenantpilot.cli.work.worker import work
    from tests.operations.dispatching.handlers import register

    register()
    if number := os.environ.get(STOPPED_WITH):
        stop_when_first_seen(int(number))
    work(sys.argv[1:])


def stop_when_first_seen(number: int) -> None:
    """Its row is there for everybody to see, and its loop listens for no signal yet."""
    from tenantpilot.cli.work.heartbeat import Heartbeat

    beat = Heartbeat.beat

    def beat_and_be_stopped(self: Heartbeat, **more: datetime) -> None:
        beat(self, **more)
        os.kill(os.getpid(), number)

    Heartbeat.beat = beat_and_be_stopped  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    main()
