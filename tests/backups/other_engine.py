"""A process of an installation on SQLite that makes a set and exports it: python -m tests.backups.other_engine.

Its tables come from the models, without the migrations, which takes a tenth of the time. What it prints is the digest.
"""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID


class NoMigrations:
    """Every room's tables follow from its models."""

    def __contains__(self, _room: str) -> bool:
        return True

    def __getitem__(self, _room: str) -> None:
        return None


def main(entra_tenant_id: str, recipient: str, place: str) -> None:
    import django
    from django.conf import settings

    django.setup()
    settings.MIGRATION_MODULES = NoMigrations()
    from django.core.management import call_command

    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    call_command("migrate", run_syncdb=True, verbosity=0)
    backup_set = _set_of(_tenant(entra_tenant_id))
    Path(place).write_bytes(_exported(backup_set, recipient))
    print(backup_set.digest)


def _tenant(entra_tenant_id: str) -> Any:
    from tenantpilot.tenancy.models import Tenant
    from tests.people import new_workspace

    return Tenant.everywhere.create(
        workspace=new_workspace(), slug="contoso", name="Contoso", entra_tenant_id=UUID(entra_tenant_id)
    )


def _set_of(tenant: Any) -> Any:
    """Make a set by hand of policies whose text a database could store in a way of its own."""
    from django.utils import timezone

    from tenantpilot.backups import building
    from tenantpilot.backups.requests import BackupRequest
    from tests.backups.kit import building_set, member, new_chain
    from tests.versions.kit import new_policy, take

    now, chain = timezone.now(), new_chain(tenant, timezone.now(), kind="manual")
    asked = BackupRequest(("deviceConfiguration", "compliancePolicy"))
    backup_set = building_set(chain, 1, now, asked=asked.to_json(), read_from=now)
    for number, (key, said) in enumerate(POLICIES):
        policy = new_policy(tenant, now, key=key, graph_id=f"Policy-{number}")
        taken = take(policy, {"id": policy.graph_id, **said}, now)
        assert taken is not None
        member(chain, taken, 1)
    return building.seal(backup_set, run_id=0, now=now)


POLICIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("deviceConfiguration", {"displayName": "Zoë’s 端末 \U0001f512", "passwordMinimumLength": 8}),
    ("deviceConfiguration", {"displayName": 'line\nbreak\ttab \\ "quote" \u2028', "ratio": 0.1, "big": 2**53 + 1}),
    ("compliancePolicy", {"displayName": "a", "nested": {"b": [1, None, True, {"z": "", "a": "\u0000"}]}, "e": 1e300}),
    ("compliancePolicy", {"displayName": "A", "description": "x" * 40_000}),
)


def _exported(backup_set: Any, recipient: str) -> bytes:
    from django.utils import timezone

    from tenantpilot.artifacts.models import Artifact
    from tenantpilot.artifacts.reading import stream
    from tenantpilot.backups.portable.services import Protection, start_export
    from tenantpilot.operations.models import OperationRun
    from tenantpilot.operations.workers.runner import Runner

    facts = {"initiator": None, "protection": Protection((recipient,)), "now": timezone.now()}
    run = start_export(backup_set=backup_set, **facts).run
    Runner().execute(run.pk)
    ended = OperationRun.everywhere.get(pk=run.pk)
    assert ended.outcome == "succeeded", (ended.message, ended.failure_summary)
    return b"".join(stream(Artifact.everywhere.get(run_id=run.pk)))


if __name__ == "__main__":
    main(*sys.argv[1:])
