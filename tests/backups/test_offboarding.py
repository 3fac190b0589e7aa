"""A tenant that is removed takes its backups along: no rule of theirs keeps it back."""

from tenantpilot.backups.models import BackupChain, BackupMember, BackupSet
from tenantpilot.backups.retaining.rules import Rule
from tenantpilot.backups.retaining.services import change_rule
from tenantpilot.operations.offboarding.removing import start_removal
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tests.backups.kit import building_set, finish, member, new_chain
from tests.versions.kit import new_policy, take


def test_a_removed_tenant_takes_its_backups_along(contoso, olivia, now):
    chain = new_chain(contoso, now)
    backup_set = building_set(chain, 1, now)
    member(chain, take(new_policy(contoso, now), {"id": "p1"}, now), 1)
    finish(backup_set)
    change_rule(chain, Rule(daily=60), actor=olivia, now=now)
    Tenant.everywhere.filter(pk=contoso.pk).update(archived_at=now)
    started = start_removal(contoso, typed="Contoso", actor=olivia, now=now)
    assert Runner().execute(started.run.pk)
    assert not Tenant.everywhere.filter(pk=contoso.pk).exists()
    assert not any(model.everywhere.exists() for model in (BackupChain, BackupSet, BackupMember))
