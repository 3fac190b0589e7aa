"""An engine on Contoso, with a queue that remembers and a clock that stands."""

import pytest

from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant
from tests.operations.kit import WORK, Engine


@pytest.fixture
def engine(contoso: Tenant, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    return Engine(contoso)


@pytest.fixture
def ticking(engine: Engine) -> Engine:
    """What passes is told apart from what the clock says."""
    engine.passed = 0.0  # type: ignore[attr-defined]
    engine.watch = Watch(lambda: engine.passed)  # type: ignore[attr-defined]
    engine.service = OperationRunService(engine.line, engine.watch)
    return engine
