"""Every question about runs and notifications is answered by an index, whatever the length of the history.

The planners of both engines are asked, on a history of 20,000 runs of which they know the statistics; no time is taken.
"""

import re

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from benchmarks.scale.lists import ACROSS_FILTERS, RUN_FILTERS
from benchmarks.scale.measuring import statements_of
from benchmarks.scale.questions import Question, questions
from benchmarks.scale.rows import TABLES
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.web.notifications.tables import NOTIFICATIONS
from tenantpilot.web.operations.tables import RUNS, STATES, WORKSPACE_RUNS
from tenantpilot.web.ui.tables.fields import SINCE

pytestmark = pytest.mark.database

LARGE = set(TABLES)
MOST_PAGES_OF_A_COUNT = 250


def _question(name: str) -> Question:
    return next(question for question in questions() if question.name == name)


def test_no_question_reads_a_large_table_from_end_to_end(plans):
    read = {name: plan.text for name, many in plans.items() for plan in many if LARGE & set(plan.scanned)}
    assert read == {}


# SQLite gives the index of a unique constraint a name of its own.
OF_ITEMS = "operation_item_by_state_ix|operation_item_once_a_(position|key)|sqlite_autoindex_operation_run_items"
# The index of each list is the one that stops where the page ends; of each count the one that has all it counts by.
INDEXES = {
    "count of runs of a tenant": "operation_run_of_tenant_ix",
    "count of runs of a tenant, who others": "operation_run_of_tenant_ix",
    "count of runs of a tenant, who system": "operation_run_of_tenant_ix",
    "count of runs of a tenant, who me": "operation_run_of_person_ix",
    "count of runs of a tenant, state succeeded": "operation_run_of_outcome_ix",
    "count of runs of a tenant, state failed": "operation_run_of_outcome_ix",
    "count of runs of a tenant, state failed, type bulk_policy_unignore": "operation_run_of_type_ix",
    "count of runs of a tenant, state cancelled, who me": "operation_run_of_outcome_ix",
    "count of runs of a tenant, state failed, since week": "operation_run_of_outcome_ix",
    "count of runs of a tenant, type inventory_sync": "operation_run_of_type_ix",
    "count of runs of a tenant, state attention": "operation_run_(attention|of_outcome)_ix",
    "count of runs of a tenant, state active": "operation_run_(active_ix|one_active_per_identity)",
    "count of runs of a tenant, q graph": OF_ITEMS,
    "count of runs of a workspace, q graph": OF_ITEMS,
    "count of runs of a workspace, who others": "operation_run_of_workspace_ix",
    "count of runs of a workspace, tenant t20": "operation_run_of_tenant_ix",
    "count of runs of a workspace, tenant t20, state failed": "operation_run_of_outcome_ix",
    "list of runs of a workspace, tenant t20, state failed": "operation_run_of_outcome_ix",
    "list of runs of a small tenant": "operation_run_of_tenant_ix",
    "list of runs of a tenant, state cancelled": "operation_run_of_outcome_ix",
    "list of runs of a tenant, state active": "operation_run_(active_ix|one_active_per_identity)",
    "list of runs of a tenant, type bulk_policy_unignore": "operation_run_of_type_ix",
    "list of runs of a workspace, type bulk_policy_unignore": "operation_run_ws_type_ix",
    "list of runs of a workspace, state cancelled": "operation_run_ws_outcome_ix",
    "list of runs of a workspace, state active": "operation_run_(ws_active_ix|active_ix|one_active_per_identity)",
    "list of runs of a workspace, state queued": "operation_run_(ws_active_ix|queued_ix)",
    "list of runs of a workspace, state succeeded": "operation_run_(ws_outcome_ix|of_workspace_ix)|operation_runs_pkey",
    "count of runs of a workspace, state attention": "operation_run_ws_(attention|outcome)_ix",
    "count of runs of a workspace, state cancelled": "operation_run_(ws|of)_outcome_ix",
    "count of runs of a workspace, who me": "operation_run_of_person_ix",
    "count of runs of a workspace, since hour": "operation_run_of_workspace_ix",
    "count of notifications": "notification_of_person_ix",
    "count of notifications, read read": "notification_of_person_ix",
    "count of notifications, read unread": "notification_unread_ix",
    "bell, unread": "notification_unread_ix",
    "widget": "operation_run_active_ix",
    "widget, what an unchanged poll asks": "operation_run_active_ix",
    "run page, runs that repeat it": "operation_run_repeats_ix",
    "run page, its timeline": "operation_run_events_run_id_",
    "health of the queue": "operation_run_queued_ix",
    "reconciler, one pass": "operation_run_running_ix",
    "start, the run that does it already": "operation_run_(one_active_per_identity|active_ix)",
    "claim, free slots": "operation_run_running_ix",
    "charts, runs a day": "operation_run_of_outcome_ix",
    "tenants with their last sync": "operation_run_of_type_ix",
}


@pytest.mark.parametrize("name", INDEXES)
def test_a_question_is_answered_by_its_index(name, plans):
    texts = "\n".join(plan.text for plan in plans[name])
    assert re.search(INDEXES[name], texts), texts


@pytest.mark.parametrize("span", SINCE)
def test_a_span_of_a_tenants_runs_is_counted_in_its_own_index(span, plans, history):
    """That of the workspace has the runs of all its tenants; SQLite would choose by chance if it knew the border."""
    name = f"count of runs of a tenant, since {span}"
    _border, (counting, _values) = statements_of(_question(name), history[0])
    assert '"id" > (%s + %s)' in counting
    texts = "\n".join(plan.text for plan in plans[name][1::2])  # each asking looks for the border first
    assert "operation_run_of_tenant_ix" in texts
    assert "operation_run_of_workspace_ix" not in texts


def test_failed_runs_of_a_type_are_counted_in_its_own_index(plans):
    (plan, *_more) = plans["count of runs of a tenant, state failed, type bulk_policy_unignore"]
    covering = "COVERING INDEX" if connection.vendor == "sqlite" else "Index Only Scan"
    assert f"{covering} operation_run_of_type_ix" in plan.text


# Few runs are active, and when a run of a state was asked for only the run says.
ONE_CONDITION_IS_NOT_IN_THE_INDEX = {
    "count of runs of a tenant, state active",
    "count of runs of a tenant, state failed, since week",
}


def test_a_count_looks_at_no_run(plans):
    """Up to 10,000 runs are counted from the index alone, so that a page of it serves hundreds of them."""
    if connection.vendor == "sqlite":
        counts = [name for name in INDEXES if name.startswith("count of runs of a tenant") and ", q " not in name]
        looked = [name for name in counts if "COVERING" not in plans[name][-1].text]
        assert set(looked) <= ONE_CONDITION_IS_NOT_IN_THE_INDEX
    else:
        names = [name for name in plans if name.startswith("count of runs") and ", q " not in name]
        names = [name for name in names if not name.endswith("state failed, since week")]
        works = {name: max(plan.work for plan in plans[name]) for name in names}
        assert {name: work for name, work in works.items() if work > MOST_PAGES_OF_A_COUNT} == {}


NOTICES_COUNTED = ("count of notifications", "count of notifications, read unread", "count of notifications, read read")


@pytest.mark.parametrize("name", [*NOTICES_COUNTED, "bell, unread"])
def test_notifications_are_counted_without_a_look_at_their_runs(name, plans):
    assert all("operation_runs" not in plan.text for plan in plans[name])
    if connection.vendor == "postgresql":
        assert max(plan.work for plan in plans[name]) <= MOST_PAGES_OF_A_COUNT


SEARCHES = [f"{what} of runs of a {place}, q graph" for what in ("list", "count") for place in ("tenant", "workspace")]


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_reads_the_stated_part_of_the_history_and_the_items_of_few_runs(name, history):
    """Whether something is found or not; where the part begins stands in the question, and not in a subquery."""
    (where_it_begins, _), (searched, _) = statements_of(_question(name), history[0])
    assert where_it_begins.count("OFFSET") >= 3
    assert "OFFSET" not in searched


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles nothing")
def test_a_session_of_a_migrated_database_compiles_no_question(history):
    with ConnectionHandler({"default": connection.settings_dict})["default"].cursor() as another:
        another.execute("SHOW jit")
        assert another.fetchone() == ("off",)


def test_every_filter_that_is_offered_has_its_question():
    asked = {key for query in ACROSS_FILTERS for key in query}
    assert set(RUNS.filters.base_filters) <= {key for query in RUN_FILTERS for key in query}
    assert set(WORKSPACE_RUNS.filters.base_filters) <= asked
    assert set(NOTIFICATIONS.filters.base_filters) == {"read"}
    assert {value for value, _label in STATES} == {query["state"] for query in RUN_FILTERS if "state" in query}


# On PostgreSQL other partial indexes do as well; they are of a few active runs.
CHOSEN_BY_SQLITE = () if connection.vendor == "sqlite" else ("operation_run_ws_active_ix", "operation_run_active_ix")


def test_every_index_of_ours_is_the_one_of_some_question_or_key(plans):
    """An index that nothing is answered by costs every write for nothing."""
    ours = {index.name for model in (OperationRun, Notification) for index in model._meta.indexes}
    texts = "\n".join(plan.text for many in plans.values() for plan in many)
    # A key that points here looks for it when a person goes.
    assert {name for name in ours if name not in texts} <= {"operation_run_canceller_ix", *CHOSEN_BY_SQLITE}
