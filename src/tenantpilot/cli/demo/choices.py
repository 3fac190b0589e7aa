"""The choices of a person about the demo, and the settings that follow. Needs no Django."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

DEFAULT_FOLDER = Path(".data/demo")
DATABASE = "tenantpilot.sqlite3"


class Fault(StrEnum):
    """A fault that is injected on purpose."""

    WORKER_KILL = "worker-kill"


@dataclass(frozen=True)
class Pace:
    """The speed at which a demo notices things, and the latency of its simulated Graph."""

    lease_seconds: float
    heartbeat_seconds: float
    reconcile_seconds: float
    tick_seconds: float
    latency_ms: int


FOR_PEOPLE = Pace(lease_seconds=15, heartbeat_seconds=3, reconcile_seconds=2, tick_seconds=0.5, latency_ms=60)
HEADLESS = Pace(lease_seconds=15, heartbeat_seconds=3, reconcile_seconds=1, tick_seconds=0.5, latency_ms=0)
# A lease of six seconds, so that the run is taken over soon; slow answers, so that there is a middle to be killed in.
WITH_A_KILL = Pace(lease_seconds=6, heartbeat_seconds=0.5, reconcile_seconds=0.5, tick_seconds=0.05, latency_ms=400)


def variables(folder: Path, *, simulator: str, pace: Pace, log_level: str) -> dict[str, str]:
    """Return the settings of a demo, without prefix. The environment's settings of a deployment are left out."""
    return {
        "DEMO": "1",
        "DEMO_RUN": secrets.token_hex(16),
        "DATA_DIR": str(folder),
        "GRAPH_SIMULATOR_URL": simulator,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "TRUSTED_ORIGINS": "",
        "HTTPS": "0",
        "TRUSTED_PROXIES": "",
        "PUBLIC_ADDRESS": "",
        "LOG_LEVEL": log_level,
        "LEASE_SECONDS": str(pace.lease_seconds),
        "HEARTBEAT_SECONDS": str(pace.heartbeat_seconds),
        "RECONCILE_SECONDS": str(pace.reconcile_seconds),
        "TICK_SECONDS": str(pace.tick_seconds),
        "SHUTDOWN_GRACE_SECONDS": "4",
    }
