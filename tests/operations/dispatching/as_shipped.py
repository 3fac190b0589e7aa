"""python -m tests.operations.dispatching.as_shipped ROLE: the product's worker or scheduler, by no setting but its own.

Only the tests' operations are added.
"""

import os
import subprocess
import sys
from pathlib import Path

import django

MODULE = "tests.operations.dispatching.as_shipped"
ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"TENANTPILOT_SECRET_KEY": "only-for-tests-" * 4, "TENANTPILOT_SEALING_KEYS": "t1:" + "A" * 43 + "="}


def started(role: str, environment: dict[str, str], data: Path) -> "subprocess.Popen[bytes]":
    """In a process of its own."""
    return subprocess.Popen([sys.executable, "-m", MODULE, role], cwd=ROOT, env=bare(data) | environment)


def bare(data: Path) -> dict[str, str]:
    """An environment that says where things are, and nothing of what the tests set for themselves."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("TENANTPILOT_")}
    places = {"TENANTPILOT_DATA_DIR": str(data), "TENANTPILOT_LOG_LEVEL": "CRITICAL", **SECRETS}
    return others | places | {"DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings"}


def main(role: str) -> None:
    django.setup()
    from tenantpilot.cli.work.scheduler import schedule
    from tenantpilot.cli.work.worker import work
    from tests.operations.dispatching.handlers import register

    register()
    if role == "scheduler":
        schedule()
    else:
        work(("interactive",))


if __name__ == "__main__":
    main(sys.argv[1])
