"""The index of the search in names."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.inventory import search


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_guards")]
    operations = [RunStatements(search.INSTALL, search.REMOVE)]
