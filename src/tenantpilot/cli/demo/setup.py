"""Prepare the base of every demo: data, a simulated Graph with its tenants, workers and a scheduler."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from tenantpilot.cli.console import done
from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.choices import Pace
from tenantpilot.cli.demo.folder import DemoFolder
from tenantpilot.cli.demo.people_and_places import PEOPLE, TENANTS, WORKSPACE_NAME
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.processes import process_group
from tenantpilot.cli.processes.supervisor import Supervisor
from tenantpilot.cli.schema import migrate

WORKERS = 2
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """`folder` is entered, Django is ready, `simulator_port` is free."""

    folder: DemoFolder
    simulator_port: int
    pace: Pace
    to_log_files: bool

    def prepare_data(self, *, ago: timedelta = timedelta(0)) -> bool:
        """Return True if the sample is new; then it begins so long ago. Raises Problem, DatabaseError."""
        sample.require_no_strangers()
        applied = migrate()
        done(
            f"Database ({sample.database_name()}): {f'{len(applied)} migrations applied' if applied else 'up to date'}"
        )
        is_new = sample.is_missing()
        sample.prepare_sample(now=timezone.now() - (ago if is_new else timedelta(0)))
        done(f"{WORKSPACE_NAME}: {' and '.join(tenant.name for tenant in TENANTS)}, {len(PEOPLE)} people")
        return is_new

    def start_simulator(self, supervisor: Supervisor, *, behind: timedelta = timedelta(0)) -> None:
        """Start the simulated Graph, its clock so far behind. Raises Problem."""
        port, state, log = self.simulator_port, self.folder.simulator_state, self.folder.log("simulator")
        spec = simulator.simulator(
            port,
            TENANTS,
            state=state,
            latency_ms=self.pace.latency_ms,
            log=log,
            behind=int(behind.total_seconds()),
        )
        supervisor.start([spec])
        if not supervisor.wait_until(lambda: simulator.answers(port, "/_sim/"), seconds=STARTS_WITHIN_SECONDS):
            raise _did_not_start("The Graph simulator", log)
        held = ", ".join(f"{tenant.name} with {tenant.policies} policies" for tenant in TENANTS)
        done(f"Simulated Microsoft Graph on {simulator.address(port)}: {held}")

    def start_workers(self, supervisor: Supervisor) -> None:
        logs = self.folder.logs if self.to_log_files else None
        for spec in (*process_group.workers(WORKERS, logs), process_group.scheduler(logs)):
            if spec.log:
                self.folder.log(spec.name)
            supervisor.start([spec])
        done(f"{WORKERS} workers and a scheduler")

    def start_web(self, supervisor: Supervisor, *, descriptor: int, port: int) -> None:
        """Raises Problem."""
        log = self.folder.log("web")
        supervisor.start([process_group.web(descriptor, log)])
        if not supervisor.wait_until(lambda: simulator.answers(port, "/healthz"), seconds=STARTS_WITHIN_SECONDS):
            raise _did_not_start("The web server", log)
        done("Web server")


def _did_not_start(name: str, log: Path) -> Problem:
    last_words = log.read_text(errors="replace").strip().splitlines()[-1:]
    return Problem(f"{name} did not start: {''.join(last_words) or 'it said nothing'}", f"Look at {log}.")
