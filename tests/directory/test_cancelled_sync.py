"""A group sync that a person cancels while Graph is asked ends as cancelled (OPS-07)."""

import pytest

from tenantpilot.directory import handlers
from tenantpilot.graph.errors import GraphStopped
from tenantpilot.operations.run_context import RunCancelled


def test_ops_07_a_sync_cancelled_while_names_are_looked_up_is_cancelled(sync_groups, monkeypatch):
    contexts = []
    sync = handlers.sync_groups

    def stopped(*_arguments, **_fields):
        contexts[0].stop(RunCancelled)
        raise GraphStopped

    monkeypatch.setattr(handlers, "sync_groups", lambda run: (contexts.append(run), sync(run)))
    monkeypatch.setattr(handlers, "look_up", stopped)
    run = sync_groups()
    assert (run.status, run.outcome, run.reason_code) == ("completed", "cancelled", "cancelled_by_person")


@pytest.mark.parametrize("function", ["name_settings", "fill_actors"])
def test_ops_07_a_capture_stopped_in_its_last_step_says_so(function, contoso, now, monkeypatch):
    from tenantpilot.versions import actors, setting_names

    def stopped(*_arguments, **_fields):
        raise GraphStopped

    monkeypatch.setattr(setting_names, "read_setting_names", stopped)
    monkeypatch.setattr(actors, "_windows", lambda *_arguments, **_fields: _windows(now))
    monkeypatch.setattr(actors, "audit_events", stopped)
    monkeypatch.setattr(actors, "directory_events", stopped)
    with pytest.raises(GraphStopped):
        getattr(actors if function == "fill_actors" else setting_names, function)(None, contoso, now=now)


def _windows(now):
    class AnyWindow:
        is_in_entra, after, until = True, now, now

    return [AnyWindow()]
