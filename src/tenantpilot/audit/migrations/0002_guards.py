"""Triggers and composite keys: what the database refuses by itself."""

from django.db import migrations

from tenantpilot.audit import guards
from tenantpilot.core.migration_sql import RunStatements


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [RunStatements(guards.INSTALL, guards.REMOVE)]
