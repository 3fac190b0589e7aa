"""A tenant's rate budget at Graph, shared by all workers of the deployment through the database.

Graph counts what an application asks of a tenant, whoever asks: workers that counted each for
themselves would cross the limit together. One row a tenant and service is read, changed and
written under its lock; on SQLite, BEGIN IMMEDIATE is that lock.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tenantpilot.graph.client.budget import (
    Allowance,
    Budget,
    BudgetState,
    Service,
    TenantBudget,
    as_data,
    budget_of_process,
    from_data,
)
from tenantpilot.graph.client.budget_prefetch import PrefetchingBudget
from tenantpilot.tenancy.models import GraphBudget
from tenantpilot.tenancy.shared_connection import shared_connection_to

T = TypeVar("T")


class DatabaseStore:
    """States in the table `graph_budgets`. The client's many short threads open no connections for it."""

    def change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        """Time is the database's where there is a server: workers on several machines need not agree on a clock."""
        if threading.current_thread() is threading.main_thread():
            return self._change(key, step)
        shared_connection = shared_connection_to(str(connection.settings_dict["NAME"]))
        return shared_connection.ask(partial(self._change, key, step))

    @transaction.atomic
    def _change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        before = from_data(_locked(key).state)
        state, result = step(before, _database_time())
        if state != before:
            GraphBudget.objects.filter(pk=key).update(state=as_data(state))
        return result


def _locked(key: str) -> GraphBudget:
    """Return the row of the key, under its lock; made the first time somebody asks for it."""
    row = GraphBudget.objects.select_for_update().filter(pk=key)
    if (state := next(iter(row), None)) is not None:
        return state
    GraphBudget.objects.bulk_create([GraphBudget(key=key, state={})], ignore_conflicts=True)
    return row.all().get()


def budget_of(entra_tenant_id: str) -> Budget:
    """Return the budget that the settings ask for: of the whole deployment, or of this process alone."""
    if settings.GRAPH_SHARED_BUDGET:
        return shared_budget(entra_tenant_id)
    return budget_of_process(entra_tenant_id, allowances=_allowances(), share=_share())


def shared_budget(entra_tenant_id: str) -> Budget:
    """Books ahead, so that the database is asked a tenth as often as Graph."""
    allowances = _allowances()
    shared = TenantBudget(DatabaseStore(), entra_tenant_id, allowances=allowances, share=_share())
    return PrefetchingBudget(shared, allowances=allowances)


def _allowances() -> dict[Service, Allowance]:
    return {service: Allowance(*settings.GRAPH_LIMITS[service.value]) for service in Service}


def _share() -> float:
    return float(settings.GRAPH_LIMIT_PERCENT) / 100


def _database_time() -> float:
    """Seconds. PostgreSQL need not wait for its disk besides: who loses the last bookings has lost power."""
    if connection.vendor != "postgresql":
        return timezone.now().timestamp()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp()), set_config('synchronous_commit', 'off', true)")
        row: Any = cursor.fetchone()
    return float(row[0])
