"""python -m tests.cli.supervised GRACE NAME=SCRIPT ...: a supervisor over small Python scripts."""

import sys

from tenantpilot.cli.console import say
from tenantpilot.cli.processes.child import ChildSpec
from tenantpilot.cli.processes.supervisor import Supervisor


def main(grace: str, *children: str) -> None:
    specs = [ChildSpec(child.partition("=")[0], _python(child.partition("=")[2])) for child in children]
    with Supervisor(grace_seconds=float(grace)) as supervisor:
        supervisor.start(specs)
        say("started")
        supervisor.run()
        say("stopping")
    say("stopped")


def _python(script: str) -> list[str]:
    return [sys.executable, "-S", "-u", "-c", script]


if __name__ == "__main__":
    main(*sys.argv[1:])
