"""Triggers: what was confirmed, asked and decided stays as it was."""

from django.db import migrations

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.restores.second_person import guards as second_person


class Migration(migrations.Migration):
    dependencies = [("restores", "0007_state_choices")]
    operations = [RunStatements(second_person.INSTALL, second_person.REMOVE)]
