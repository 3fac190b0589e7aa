"""Triggers: what the database refuses by itself, and the index of the search in names."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.directory import guards, search


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [RunStatements(guards.INSTALL, guards.REMOVE), RunStatements(search.INSTALL, search.REMOVE)]
