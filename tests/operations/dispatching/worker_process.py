"""python -m tests.operations.dispatching.worker_process QUEUE ...: the product's worker, with the tests' operations."""

import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tenantpilot.cli.work.worker import work
    from tests.operations.dispatching.handlers import register

    register()
    work(sys.argv[1:])


if __name__ == "__main__":
    main()
