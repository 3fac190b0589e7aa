"""The backups of the demo without pages: two of everything, the second verified."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.services import start_backup, start_verification
from tenantpilot.backups.states import SetState, Verdict
from tenantpilot.cli.console import say
from tenantpilot.cli.demo import sample
from tenantpilot.cli.demo.people_and_places import CONTOSO, OSCAR
from tenantpilot.versions.models import Payload

Wait = Callable[[int], None]
Facts = dict[str, Any]


def back_up_twice(wait: Wait) -> Facts:
    """Back up Contoso twice, verify the second set, and return the figures. `wait` returns when the run has ended."""
    _back_up(wait)
    before = Payload.everywhere.count()
    second = _back_up(wait)
    new_payloads = Payload.everywhere.count() - before
    if second is None:
        return {"state": "", "items": 0, "digest": None, "verified": False, "second_new_payloads": new_payloads}
    wait(start_verification(second, initiator=sample.person(OSCAR), now=timezone.now()).run.pk)
    second.refresh_from_db()
    return {
        "state": second.state,
        "items": second.items,
        "digest": second.digest,
        "verified": second.verdict == Verdict.INTACT,
        "second_new_payloads": new_payloads,
    }


def checks_of_backup(facts: Facts, policies: int) -> list[tuple[str, Callable[[], bool]]]:
    return [
        ("the backup is not complete", lambda: facts["state"] == SetState.COMPLETE),
        ("the backup does not hold every policy", lambda: facts["items"] == policies),
        ("the backup was not found intact", lambda: bool(facts["verified"])),
        ("the second backup stored payloads anew", lambda: facts["second_new_payloads"] == 0),
    ]


def _back_up(wait: Wait) -> BackupSet | None:
    started = start_backup(
        tenant=sample.tenant(CONTOSO), initiator=sample.person(OSCAR), name="Demo", now=timezone.now()
    )
    say(f"Run {started.run.pk} is queued: a backup of {CONTOSO.name}")
    wait(started.run.pk)
    return BackupSet.everywhere.select_related("tenant").filter(run_id=started.run.pk).first()
