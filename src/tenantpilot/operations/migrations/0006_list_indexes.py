"""Indexes for every filter of the lists, none twice: what a named index answers needs no index of its foreign key.

Django would rebuild a table of SQLite for `db_index=False`, and lose its triggers; the indexes alone are dropped.
"""

from typing import Any

from django.conf import settings
from django.db import migrations
from django.db.models import Index, Q

from tenantpilot.core.migration_indexes import AddIndexes, RemoveIndexes, UnindexedFields

HAS_ENDED = Q(outcome__isnull=False)
NEEDS_ATTENTION = Q(outcome="failed") | Q(outcome="partially_succeeded")
INDEXED_TWICE = {
    "operation_runs": ("workspace_id", "tenant_id", "initiator_id", "retry_of_id", "cancel_requested_by_id"),
    "notifications": ("workspace_id", "recipient_id", "run_id"),
    "schedule_slots": ("schedule_id",),
}


def drop_field_indexes(_apps: Any, schema_editor: Any) -> None:
    for table, columns in INDEXED_TWICE.items():
        for name in _names(schema_editor, table, columns):
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def make_field_indexes(_apps: Any, schema_editor: Any) -> None:
    for table, columns in INDEXED_TWICE.items():
        for column in columns:
            name = schema_editor.quote_name(schema_editor._create_index_name(table, [column]))
            schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})")


def _names(schema_editor: Any, table: str, columns: tuple[str, ...]) -> list[str]:
    """Of the indexes that Django made for single fields."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return [
        name
        for name, facts in found.items()
        if facts["index"] and not facts["unique"] and len(facts["columns"]) == 1 and facts["columns"][0] in columns
    ]


def index(name: str, *fields: str, where: Q | None = None) -> Index:
    return Index(fields=fields, name=name, condition=where)


OF_RUNS = [
    index("operation_run_of_workspace_ix", "workspace", "-id", "tenant", "initiator", "created_at"),
    index("operation_run_ws_type_ix", "workspace", "type", "-id", "tenant", "initiator"),
    index("operation_run_ws_outcome_ix", "workspace", "outcome", "-id", "tenant", "initiator", "type", where=HAS_ENDED),
    index("operation_run_ws_attention_ix", "workspace", "-id", "tenant", where=NEEDS_ATTENTION),
    index("operation_run_attention_ix", "tenant", "-id", "workspace", where=NEEDS_ATTENTION),
    index("operation_run_of_tenant_ix", "tenant", "-id", "workspace", "initiator", "created_at"),
    index("operation_run_of_type_ix", "tenant", "type", "-id", "workspace", "initiator"),
    index(
        "operation_run_of_outcome_ix",
        *("tenant", "outcome", "-id", "workspace", "initiator", "type", "completed_at"),
        where=HAS_ENDED,
    ),
    index("operation_run_of_person_ix", "initiator", "-id", "tenant", "workspace", where=Q(initiator__isnull=False)),
    index("operation_run_ws_active_ix", "workspace", "type", "id", where=Q(outcome=None)),
    index("operation_run_active_ix", "tenant", "type", "id", where=Q(outcome=None)),
    index("operation_run_running_ix", "workspace", "tenant", where=Q(status="running")),
    index("operation_run_repeats_ix", "retry_of", where=Q(retry_of__isnull=False)),
    index("operation_run_canceller_ix", "cancel_requested_by", where=Q(cancel_requested_by__isnull=False)),
]
REPLACED = ["of_workspace", "of_tenant", "of_type", "attention", "active", "running"]


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0005_daily_slots"),
        ("tenancy", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndexes("operationrun", [f"operation_run_{name}_ix" for name in REPLACED]),
        RemoveIndexes("notification", ["notification_unread_ix"]),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_field_indexes, make_field_indexes)],
            state_operations=[
                UnindexedFields(
                    {
                        "operationrun": ["workspace", "tenant", "initiator", "retry_of", "cancel_requested_by"],
                        "notification": ["workspace", "recipient", "run"],
                        "scheduleslot": ["schedule"],
                    }
                )
            ],
        ),
        AddIndexes("operationrun", OF_RUNS),
        AddIndexes("notification", [index("notification_unread_ix", "recipient", "-id", where=Q(read_at=None))]),
    ]
