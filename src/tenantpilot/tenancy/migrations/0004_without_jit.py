"""No question of ours is worth compiling (PostgreSQL's JIT): each reads a bounded part of the history.

The planner cannot know the bounds and takes a search for a long one; to compile it took ten to fifty times as long as
to answer it. A setting of the database reaches every new session, also through a pooler. Whoever may not alter the
database is left with what its administrator chose.
"""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements

_ALTER = """
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I {change}', current_database());
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_graph_budget")]
    operations = [
        RunStatements(
            {"postgresql": [_ALTER.format(change="SET jit = off").replace("%", "%%")]},
            {"postgresql": [_ALTER.format(change="RESET jit").replace("%", "%%")]},
        )
    ]
