"""Where policies name more groups than one sync counts, each gets its turn (SQLite and PostgreSQL sort NULL apart)."""

import pytest

from tenantpilot.directory import handlers
from tenantpilot.directory.models import Group
from tenantpilot.graph.errors import GraphUnavailable
from tests.directory.kit import add_group

NAMES = ("aaa", "bbb", "ccc")


@pytest.fixture
def count_one(sync_groups, directory, monkeypatch):
    """Return a function that syncs, counts one group, and answers which."""
    for name in NAMES:
        add_group(directory, name, name)
    asked = []

    def count(_client, graph_id):
        asked.append(graph_id)
        if graph_id in failing:
            raise GraphUnavailable
        return 7

    failing = set()
    monkeypatch.setattr(handlers, "MOST_COUNTED", 1)
    monkeypatch.setattr(handlers, "ids_in_use", lambda _tenant: dict.fromkeys(NAMES, "group"))
    monkeypatch.setattr(handlers, "count_of_members", count)
    monkeypatch.setattr(handlers, "look_up", lambda *_arguments, **_fields: {})

    def sync_and_count(*broken):
        failing.clear()
        failing.update(broken)
        assert sync_groups().outcome == "succeeded"
        return asked[-1]

    return sync_and_count


def test_groups_that_were_never_counted_come_first(count_one):
    assert {count_one() for _sync in NAMES} == set(NAMES)
    assert not Group.everywhere.filter(graph_id__in=NAMES, member_count=None).exists()


def test_a_group_that_cannot_be_counted_does_not_stay_first(count_one):
    assert {count_one(*NAMES) for _sync in NAMES} == set(NAMES)
    assert {count_one() for _sync in NAMES} == set(NAMES)
