"""A history that is long enough for planners to decide, loaded once for all tests of plans."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from benchmarks.scale.engines import Plan, engine
from benchmarks.scale.loading import load
from benchmarks.scale.measuring import draws, statements_of
from benchmarks.scale.places import make_places
from benchmarks.scale.questions import Draw, questions
from tests.databases import PostgresTemplates, SqliteTemplates, pointing_default_at

RUNS = 20_000


@pytest.fixture(scope="module")
def history(templates: SqliteTemplates | PostgresTemplates, django_db_blocker: object) -> Iterator[list[Draw]]:
    """Askings of all kinds about it: of its newest page, and of one in its middle."""
    made = templates.create()
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        pointing_default_at(made.name),
        # What is bounded to so many of the newest is bounded to a small part here too.
        patch("tenantpilot.operations.monitoring.search.NEWEST", RUNS // 100),
        patch("tenantpilot.operations.monitoring.statistics.NEWEST_FOR_DAYS", RUNS // 100),
    ):
        places = make_places()
        load(RUNS)
        with connection.cursor() as cursor:
            for table in ("workspaces", "tenants", "users", "workspace_members", "tenant_members", "schedules"):
                cursor.execute(f"ANALYZE {table}")
        yield draws(places, newest=RUNS, now=timezone.now(), number=2)
    templates.drop(made)


@pytest.fixture(scope="module")
def plans(history: list[Draw]) -> dict[str, list[Plan]]:
    """How each statement of each question was answered, by the name of the question."""
    return {
        question.name: [engine().plan(*statement) for draw in history for statement in statements_of(question, draw)]
        for question in questions()
    }
