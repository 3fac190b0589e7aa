"""The indexes of the search by setting."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.versions import search


class Migration(migrations.Migration):
    dependencies = [("versions", "0004_setting_index")]
    operations = [RunStatements(search.INSTALL, search.REMOVE)]
