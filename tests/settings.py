"""The product's settings, on a data folder of the tests' own."""

import os
import tempfile

os.environ.setdefault("TENANTPILOT_DATA_DIR", tempfile.mkdtemp(prefix="tenantpilot-tests-"))
os.environ.setdefault("TENANTPILOT_DEMO", "1")
os.environ.setdefault("TENANTPILOT_SECRET_KEY", "only-for-tests-" * 4)
os.environ.setdefault("TENANTPILOT_SEALING_KEYS", "t1:" + "A" * 43 + "=")
os.environ.setdefault("TENANTPILOT_LOG_LEVEL", "CRITICAL")
# Nothing in a rolled-back test is visible to a second connection: no ticker there.
os.environ.setdefault("TENANTPILOT_TICK_SECONDS", "3600")
# Playwright keeps an event loop in the thread that runs the tests; nothing of ours is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# A test that is rolled back is one transaction, however long it does nothing.
os.environ.setdefault("TENANTPILOT_IDLE_TRANSACTION_SECONDS", "0")
# A second connection would wait for the transaction that is rolled back.
os.environ.setdefault("TENANTPILOT_GRAPH_SHARED_BUDGET", "0")
# A worker that lost the database goes on at once.
os.environ.setdefault("TENANTPILOT_PAUSE_SECONDS", "0.01")
# Most simulated tenants have no limits: reading one Conditional Access policy a second would only cost time.
os.environ.setdefault("TENANTPILOT_GRAPH_LIMITS", "conditional_access=100/100/1")

from tenantpilot.config.settings import *  # noqa: F403
from tenantpilot.config.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A test's rows need not survive a power loss.
    OPTIONS = DATABASES["default"]["OPTIONS"]
    OPTIONS["options"] = f"{OPTIONS.get('options', '')} -c synchronous_commit=off"
