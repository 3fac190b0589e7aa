"""A tenant's rate budget at Graph, shared by all workers of the deployment through the database.

Graph counts what an application asks of a tenant, whoever asks: workers that counted each for
themselves would cross the limit together. One row a tenant and service is read, changed and
written under its lock; on SQLite, BEGIN IMMEDIATE is that lock.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tenantpilot.graph.budget import (
    Allowance,
    Budget,
    BudgetState,
    Service,
    StockedBudget,
    TenantBudget,
    as_data,
    budget_of_process,
    from_data,
)
from tenantpilot.tenancy.models import GraphBudget

T = TypeVar("T")


class DatabaseStore:
    """States in the table `graph_budgets`. Called from the client's own threads, which leave no connection behind."""

    def change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        """Time is the database's where there is a server: workers on several machines need not agree on a clock."""
        try:
            with transaction.atomic():
                return self._change(key, step)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    def _change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        GraphBudget.objects.bulk_create([GraphBudget(key=key, state={})], ignore_conflicts=True)
        row = GraphBudget.objects.select_for_update().get(pk=key)
        state, result = step(from_data(row.state), _database_time())
        GraphBudget.objects.filter(pk=key).update(state=as_data(state))
        return result


def budget_of(entra_tenant_id: str) -> Budget:
    """As the settings say: shared by the deployment, or by this process alone."""
    if settings.GRAPH_SHARED_BUDGET:
        return shared_budget(entra_tenant_id)
    return budget_of_process(entra_tenant_id, allowances=_allowances(), share=_share())


def shared_budget(entra_tenant_id: str) -> Budget:
    """Books ahead, so that the database is asked a tenth as often as Graph."""
    allowances = _allowances()
    shared = TenantBudget(DatabaseStore(), entra_tenant_id, allowances=allowances, share=_share())
    return StockedBudget(shared, allowances=allowances)


def _allowances() -> dict[Service, Allowance]:
    return {service: Allowance(*settings.GRAPH_LIMITS[service.value]) for service in Service}


def _share() -> float:
    return float(settings.GRAPH_LIMIT_PERCENT) / 100


def _database_time() -> float:
    if connection.vendor != "postgresql":
        return timezone.now().timestamp()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        row: Any = cursor.fetchone()
    return float(row[0])
