"""SEC-03: queries of any shape, made at random, see one workspace alone."""

from contextlib import nullcontext

from django.db import connection, transaction
from django.db.models import Q
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantpilot.tenancy.isolation import (
    everything,
    of_person,
)
from tenantpilot.tenancy.models import Workspace
from tests.tenancy.row_security.conftest import Protected
from tests.tenancy.row_security.tables import PROTECTED, everything_of, only_on_postgresql

QUERIES = st.fixed_dictionaries(
    {
        "model": st.sampled_from(PROTECTED),
        "manager": st.sampled_from(["everywhere", "objects", "_base_manager", "_default_manager"]),
        "negated": st.booleans(),
        "field": st.integers(0, 40),
        "related": st.booleans(),
        "distinct": st.booleans(),
        "union": st.booleans(),
        "disabled": st.booleans(),
        "transaction": st.booleans(),
        "form": st.sampled_from(["rows", "count", "values", "ids", "raw", "subquery"]),
        "reach": st.sampled_from(["scope", "person", "list"]),
    }
)


@only_on_postgresql
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=QUERIES)
def test_sec_03_no_query_in_one_workspace_sees_another(protected, asked):
    """1,000 queries of any shape, by any manager: not one row of the other workspace, and not one counted."""
    model = asked["model"]
    with everything():
        allowed = set(_of_workspace(model, protected.ours.workspace_id).values_list("pk", flat=True))
    around = scopes_disabled() if asked["disabled"] and asked["reach"] == "person" else nullcontext()
    with _reach(asked["reach"], protected), around, transaction.atomic() if asked["transaction"] else nullcontext():
        seen = _ask(model, asked)
    if isinstance(seen, int):
        assert seen <= len(allowed)
    else:
        assert set(seen) <= allowed


def _reach(kind: str, protected: Protected):
    if kind == "person":
        return of_person(lambda: protected.person.pk)
    workspace = protected.ours.workspace
    return scope(workspace=[workspace] if kind == "list" else workspace)


def _of_workspace(model, workspace_id: int):
    columns = {field.name for field in model._meta.local_fields}
    if model is Workspace:
        return everything_of(model).filter(pk=workspace_id)
    if {"workspace", "workspace_id"} & columns:
        return everything_of(model).filter(workspace_id=workspace_id)
    parent = "run" if "run" in columns and model.__name__ != "ScheduleSlot" else "schedule"
    return everything_of(model).filter(**{f"{parent}__workspace_id": workspace_id})


def _ask(model, asked):
    manager = getattr(model, asked["manager"], model._base_manager)
    if asked["reach"] == "person" and not asked["disabled"] and asked["manager"] in {"objects", "_default_manager"}:
        manager = model._base_manager  # a scoped manager refuses to answer without a scope
    rows = manager.filter(_condition(model, asked))
    if asked["distinct"]:
        rows = rows.distinct()
    if asked["form"] == "count":
        return rows.count()
    if asked["form"] == "raw":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")
            return [row[0] for row in cursor.fetchall()]
    if asked["form"] == "subquery":
        return list(model._base_manager.filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    if asked["form"] == "rows":
        return [row.pk for row in rows]
    found = rows.values_list("pk", flat=True)
    if asked["union"]:
        found = found.union(model._base_manager.values_list("pk", flat=True), all=True)
    return list(found)


def _condition(model, asked) -> Q:
    """A condition that holds for as many rows as possible, over a field or a relation."""
    fields = model._meta.local_fields
    field = fields[asked["field"] % len(fields)]
    name = field.name
    if asked["related"] and field.related_model is not None:
        name = f"{name}__{field.related_model._meta.pk.name}"
    condition = Q(**{f"{name}__isnull": False}) | Q(**{f"{name}__isnull": True})
    return ~(condition & Q(pk__isnull=True)) if asked["negated"] else condition
