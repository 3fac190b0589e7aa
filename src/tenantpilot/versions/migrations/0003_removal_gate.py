"""The newest version of a policy goes with its tenant."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.versions import guards


class Migration(migrations.Migration):
    dependencies = [("versions", "0002_guards"), ("operations", "0001_initial")]
    operations = [RunStatements(guards.INSTALL_BEFORE_MENDING, guards.REMOVE)]
