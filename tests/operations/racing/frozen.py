"""python -m tests.operations.racing.frozen: a worker that takes run ids from its input and waits in each.

It says "working" when it is there, goes on when the file named by GO holds the run's id, and says whether
the ending landed.
"""

import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tenantpilot.operations.run_context import RunContext
    from tenantpilot.operations.service import OperationRunService
    from tenantpilot.operations.types import operation_types
    from tenantpilot.operations.workers.runner import Runner
    from tests.operations.kit import WORK, Line, work_is

    operation_types.register(WORK)
    go = Path(os.environ["GO"])

    def wait_in_the_middle(context: RunContext) -> None:
        print("working", flush=True)
        while go.read_text() != str(context.run_id):
            time.sleep(0.002)
        context.count("created")

    for line in sys.stdin:
        with work_is(wait_in_the_middle):
            print(Runner(OperationRunService(Line())).execute(int(line)), flush=True)


if __name__ == "__main__":
    main()
