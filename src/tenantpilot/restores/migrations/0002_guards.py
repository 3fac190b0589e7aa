"""Triggers: what the database refuses by itself."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.restores import guards


class Migration(migrations.Migration):
    dependencies = [("restores", "0001_initial")]
    operations = [RunStatements(guards.INSTALL, guards.REMOVE)]
