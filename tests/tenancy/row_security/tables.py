"""Which tables of the product row-level security protects, and how the tests ask for their rows."""

from datetime import UTC, datetime

import pytest
from django.apps import apps

from tenantpilot.tenancy import row_security
from tests.databases import IS_POSTGRESQL

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
only_on_postgresql = pytest.mark.skipif(not IS_POSTGRESQL, reason="row-level security is PostgreSQL's")

OURS = [model for model in apps.get_models() if model.__module__.startswith("tenantpilot")]
PROTECTED = [model for model in OURS if model._meta.db_table not in row_security.OPEN]


def everything_of(model):
    return getattr(model, "everywhere", model._base_manager).all()
