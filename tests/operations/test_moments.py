"""A span of time as a range of ids: nothing of the span is missed, whatever the clocks of the machines said."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import Q

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring.time_ranges import BLUR, before, since, span
from tenantpilot.tenancy.models import Tenant, Workspace
from tests.operations.kit import NOON, Engine


def asked(engine, *minutes):
    """Runs that were asked for so many minutes after noon, in this order."""
    made = []
    for number, minute in enumerate(minutes):
        engine.clock.time = NOON + timedelta(minutes=minute)
        made.append(engine.start(what=f"{minute}-{number}").pk)
    return made


def found(condition):
    """Of Contoso; the condition itself is about time alone."""
    runs = OperationRun.everywhere.filter(condition, tenant__slug="contoso")
    return list(runs.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("minute", [-1, 0, 1, 10, 19, 30, 31])
def test_a_span_holds_exactly_what_was_asked_for_in_it(engine, contoso, minute):
    runs = dict(zip(asked(engine, *range(31)), range(31), strict=True))
    moment = NOON + timedelta(minutes=minute)
    later = [pk for pk, asked_at in runs.items() if asked_at >= minute]
    for place in ({"tenant_id": contoso.pk}, {"workspace_ids": [contoso.workspace_id]}):
        assert found(since(moment, **place)) == later
        assert found(before(moment, **place)) == [pk for pk in runs if pk not in later]


def test_clocks_that_differ_by_minutes_lose_nothing(engine, contoso):
    apart = int(BLUR.total_seconds() // 60) - 1
    runs = asked(engine, 0, 20, 20 - apart, 20 + apart, 21, 22 - apart, 40)
    later = [pk for pk, minute in zip(runs, (0, 20, 11, 29, 21, 13, 40), strict=True) if minute >= 20]
    assert found(since(NOON + timedelta(minutes=20), tenant_id=contoso.pk)) == later
    assert found(before(NOON + timedelta(minutes=20), tenant_id=contoso.pk)) == [pk for pk in runs if pk not in later]


def test_ids_that_are_gone_are_no_hindrance(engine, contoso, fabrikam):
    """Other tenants' runs and runs that retention removed leave gaps in a tenant's ids."""
    elsewhere = Engine(fabrikam, clock=engine.clock)
    runs = []
    for minute in (0, 60, 120):
        runs += asked(engine, minute)
        asked(elsewhere, *range(minute, minute + 40))
    assert found(since(NOON + timedelta(minutes=60), tenant_id=contoso.pk)) == runs[1:]
    assert found(before(NOON + timedelta(minutes=60), tenant_id=contoso.pk)) == runs[:1]


def test_without_a_run_nothing_is_found(contoso):
    assert found(since(NOON, tenant_id=contoso.pk) | before(NOON, workspace_ids=[contoso.workspace_id])) == []


def test_the_border_is_found_in_one_query(engine, contoso, django_assert_num_queries):
    asked(engine, 0, 30, 60)
    with django_assert_num_queries(1):
        since(NOON, tenant_id=contoso.pk)


def test_both_ends_in_very_many_workspaces_are_found_in_one_query(engine, contoso, django_assert_num_queries):
    spaces = Workspace.objects.bulk_create(Workspace(slug=f"w{n}", name=f"Workspace {n}") for n in range(300))
    first, *inside, _last = asked(engine, 0, 30, 60, 90)
    everywhere = [contoso.workspace_id, *(space.pk for space in spaces)]
    with django_assert_num_queries(1):
        asked_then = span(NOON + timedelta(minutes=1), NOON + timedelta(minutes=90), workspace_ids=everywhere)
    assert found(asked_then) == inside
    assert found(span(None, NOON + timedelta(minutes=1), workspace_ids=everywhere)) == [first]


def test_where_the_places_differ_none_of_them_loses_a_run(engine, contoso, alice):
    """Each workspace has a border of its own; what all of them are asked has to reach as far as the farthest."""
    adatum = Workspace.objects.create(slug="adatum", name="Adatum")
    tenant = Tenant.everywhere.create(workspace=adatum, slug="adatum", name="Adatum", entra_tenant_id=UUID(int=1))
    elsewhere, runs = Engine(tenant, clock=engine.clock), {}
    for minute in range(0, 120, 10):
        engine.clock.time = NOON + timedelta(minutes=minute)
        for place in (engine, elsewhere) if minute < 60 else (engine,):
            runs[place.start(what=f"{minute}").pk] = minute
    for moment in (0, 40, 60, 70, 200):
        both = [contoso.workspace_id, adatum.pk]
        told = OperationRun.everywhere.filter(span(NOON + timedelta(minutes=moment), None, workspace_ids=both))
        assert {run.pk for run in told} == {pk for pk, minute in runs.items() if minute >= moment}
        told = OperationRun.everywhere.filter(span(None, NOON + timedelta(minutes=moment), workspace_ids=both))
        assert {run.pk for run in told} == {pk for pk, minute in runs.items() if minute < moment}


def test_without_a_moment_nothing_is_asked(contoso, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert span(None, None, tenant_id=contoso.pk) == Q()
