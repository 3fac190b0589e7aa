"""Triggers: what the database refuses by itself."""

from django.db import migrations

from tenantpilot.artifacts import guards
from tenantpilot.core.migration_sql import RunStatements


class Migration(migrations.Migration):
    dependencies = [("artifacts", "0001_initial")]
    operations = [RunStatements(guards.INSTALL_BEFORE_SEALING, guards.REMOVE)]
