"""python -m tests.restores.racing ROUNDS RACERS: processes edit and confirm one restore at the same moment."""

import json
import os
import sys

import django

from tests.operations.racing.processes import race

ITEMS = 40
WARNING = "wide_target"


class Restores:
    """Restores of Contoso, each previewed with a warning for every item. The newest one is raced for."""

    def __init__(self) -> None:
        from tenantpilot.tenancy.models import Tenant, User
        from tenantpilot.versions.models import PolicyVersion

        self.tenant, self.alice = Tenant.everywhere.get(slug="contoso"), User.objects.get(email__startswith="alice")
        self.versions = list(PolicyVersion.everywhere.select_related("policy", "tenant"))

    def prepare(self, _each: int) -> None:
        from django.utils import timezone

        from tenantpilot.restores import moving
        from tenantpilot.restores.basis import basis_of
        from tenantpilot.restores.drafting import draft_of_versions
        from tenantpilot.restores.fingerprint import fingerprint_of_restore
        from tenantpilot.restores.models import RestoreItem

        now = timezone.now()
        restore = draft_of_versions(
            tenant=self.tenant, versions=self.versions, source="Raced for", actor=self.alice, now=now
        )
        moving.to_previewing(restore.pk, None)
        moving.keep_basis(restore.pk, basis_of(restore).to_json())
        restore.refresh_from_db()
        RestoreItem.everywhere.of_run(restore.pk).update(action="create", match="absent", warnings=[WARNING])
        moving.to_previewed(restore.pk, fingerprint_of_restore(restore), is_blocked=False, now=now)

    def edit_or_confirm(self, number: int, _each: int) -> str:
        from django.utils import timezone

        from tenantpilot.restores.editing import ItemEdit, NotEditable, edit_items
        from tenantpilot.restores.models import RestoreItem, RestoreRun
        from tenantpilot.restores.services import CannotConfirm, Confirmation, confirm
        from tenantpilot.restores.states import Choice

        restore, now = RestoreRun.everywhere.select_related("tenant").latest("pk"), timezone.now()
        keys = list(RestoreItem.everywhere.of_run(restore.pk).in_order().values_list("pk", flat=True))
        accepted = frozenset((key, WARNING) for key in keys)
        try:
            if number % 2:
                edit_items(restore, {key: ItemEdit(Choice.SKIP) for key in keys}, actor=self.alice, now=now)
                return "edited"
            words = Confirmation(restore.fingerprint, "Contoso", "A race", accepted)
            confirm(restore, words, actor=self.alice, now=now)
            return "confirmed"
        except (NotEditable, CannotConfirm):
            return "refused"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    restores = Restores()
    counted = race(restores.prepare, restores.edit_or_confirm, rounds=int(sys.argv[1]), racers=int(sys.argv[2]))
    print(json.dumps(counted))


if __name__ == "__main__":
    main()
