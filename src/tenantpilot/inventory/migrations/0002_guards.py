"""Triggers and composite keys: what the database refuses by itself."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.inventory import guards


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [RunStatements(guards.INSTALL, guards.REMOVE)]
