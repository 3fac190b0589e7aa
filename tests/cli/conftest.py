"""An installation of a test's own: a data folder with keys, and a database."""

from pathlib import Path

import pytest

from tenantpilot.cli.install import prepare_data_folder
from tests.databases import OwnDatabase

# Who gave no sign of life for three beats is silent: on a busy machine a short beat would make sound processes silent.
QUICK = {"HEARTBEAT_SECONDS": "10", "RECONCILE_SECONDS": "0.5", "TICK_SECONDS": "0.1", "SHUTDOWN_GRACE_SECONDS": "20"}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    prepare_data_folder(folder)
    return folder


@pytest.fixture
def installation(own_database: OwnDatabase, data_dir: Path) -> dict[str, str]:
    """Its settings, for processes: migrated, empty, quick to notice things."""
    return {"DATA_DIR": str(data_dir), "DATABASE_URL": own_database.url, "LOG_LEVEL": "INFO", **QUICK}
