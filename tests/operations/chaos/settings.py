"""The tests' settings with a hurried engine, and with a PostgreSQL that keeps what it acknowledged."""

import os

os.environ.update(
    {
        "TENANTPILOT_LEASE_SECONDS": "2",
        "TENANTPILOT_HEARTBEAT_SECONDS": "0.5",
        "TENANTPILOT_TICK_SECONDS": "0.2",
        "TENANTPILOT_RECONCILE_SECONDS": "0.4",
        "TENANTPILOT_REDISPATCH_SECONDS": "2",
        "TENANTPILOT_WAIT_HERE_SECONDS": "1",
        "TENANTPILOT_IDLE_TRANSACTION_SECONDS": "2",
        "TENANTPILOT_OPERATIONS_PER_TENANT": "1000",
        "TENANTPILOT_OPERATIONS_PER_WORKSPACE": "1000",
    }
)

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

# The server is crashed on purpose: a commit that was acknowledged must be there afterwards.
if "options" in DATABASES["default"]["OPTIONS"]:
    asked = DATABASES["default"]["OPTIONS"]["options"]
    DATABASES["default"]["OPTIONS"]["options"] = asked.replace("-c synchronous_commit=off", "")
