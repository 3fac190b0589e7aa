"""The workers of a deployment approach a tenant's rate at Graph together, and never cross it."""

import os
import subprocess
import sys

from tenantpilot.graph.client.budget import Allowance, Demand, Service, TenantBudget
from tenantpilot.tenancy.models import GraphBudget
from tenantpilot.tenancy.rate_budget import DatabaseStore, shared_budget

TENANT = "11111111-1111-4111-8111-111111111111"
LIMIT = 200
ALLOWANCES = {Service.INTUNE: Allowance(requests=LIMIT, writes=LIMIT, seconds=3_600.0)}
WORKER = """
import django, time
django.setup()
from tests.tenancy.test_rate_budget import ALLOWANCES, TENANT
from tenantpilot.graph.client.budget import Demand, Service, TenantBudget
from tenantpilot.tenancy.rate_budget import DatabaseStore
budget = TenantBudget(DatabaseStore(), TENANT, allowances=ALLOWANCES, share=1.0)
booked, ends_at = 0, time.monotonic() + 100
while time.monotonic() < ends_at and not budget.take(Service.INTUNE, Demand()):
    booked += 1
print(booked)
"""


def test_four_processes_book_the_whole_allowance_and_not_one_request_more(own_database):
    environment = os.environ | own_database.environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", WORKER]
    workers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _each in range(4)]
    booked = [int(worker.communicate(timeout=500)[0]) for worker in workers]
    assert sum(booked) == LIMIT
    assert GraphBudget.objects.get().key == f"{TENANT}/intune"


def test_what_one_worker_was_told_to_wait_all_wait(own_database):
    mine, theirs = (TenantBudget(DatabaseStore(), TENANT, allowances=ALLOWANCES, share=1.0) for _worker in range(2))
    assert mine.take(Service.INTUNE, Demand()) == 0
    mine.hold(Service.INTUNE, 300)
    assert 200 < theirs.take(Service.INTUNE, Demand()) <= 300


def test_a_tenant_does_not_wait_for_another(own_database):
    shared_budget(TENANT).hold(Service.INTUNE, 30)
    assert shared_budget("22222222-2222-4222-8222-222222222222").take(Service.INTUNE, Demand()) == 0
