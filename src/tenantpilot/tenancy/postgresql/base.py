"""Every statement says how far it may reach, so that the database's own policies can decide (SEC-03).

The setting travels with the statement, in one message and one transaction: `SELECT set_config('app.reach', …, true)`.
So it costs no round trip, nothing of it outlives the transaction (a pooler may give the connection to anybody), and
no savepoint that is rolled back can bring an older one back.
"""

from typing import Any

import psycopg
from django.db import transaction

from tenantpilot.core.postgresql import base
from tenantpilot.tenancy.isolation import NOTHING, current_reach

# They read no rows, and some of them may not share a message or come second in an aborted transaction.
_BARE = ("SAVEPOINT", "RELEASE", "ROLLBACK", "CREATE", "DROP", "ALTER", "VACUUM", "REINDEX", "SET")


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with `reaching` around each statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(reaching)


def reaching(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Return an execute wrapper of Django's."""
    connection, reach = context["connection"], current_reach()
    if _is_bare(sql) or (reach == NOTHING and not connection.in_atomic_block):
        return execute(sql, params, many, context)
    cursor = context["cursor"].cursor
    if many or not isinstance(sql, str) or not isinstance(cursor, psycopg.ClientCursor):
        return _in_a_transaction(reach, lambda: execute(sql, params, many, context), connection)
    answer = execute(f"{_setting(reach)}; {sql}", params, many, context)
    cursor.nextset()
    return answer


def _is_bare(sql: Any) -> bool:
    return isinstance(sql, str) and sql.lstrip()[:9].upper().startswith(_BARE)


def _in_a_transaction(reach: str, execute: Any, connection: Any) -> Any:
    """For what cannot be one message: batches, and cursors that live in the server."""
    with transaction.atomic(using=connection.alias, savepoint=False):
        connection.connection.execute(_setting(reach))
        return execute()


def _setting(reach: str) -> str:
    """`reach` is made of digits, commas and words of ours."""
    return f"SELECT set_config('app.reach', '{reach}', true)"
