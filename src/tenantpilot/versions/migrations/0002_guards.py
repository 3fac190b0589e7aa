"""Triggers: what the database refuses by itself."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.versions import guards


class Migration(migrations.Migration):
    dependencies = [("versions", "0001_initial")]
    operations = [RunStatements(guards.INSTALL_BEFORE_MENDING, guards.REMOVE)]
