"""An engine on Contoso, with a queue that remembers and a clock that stands."""

import pytest

from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant
from tests.operations.kit import WORK, Engine


@pytest.fixture
def engine(contoso: Tenant, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    return Engine(contoso)
