"""Backup sets that restores use: they are neither trashed nor deleted before the restore has ended."""

from collections.abc import Iterable

from tenantpilot.backups import usage
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.states import ENDED


@usage.register
def sets_in_use(set_ids: Iterable[int]) -> set[int]:
    """Return the keys of the sets from which a restore that has not ended takes its items."""
    rows = RestoreRun.everywhere.filter(source_set__in=list(set_ids)).exclude(state__in=ENDED)
    return {key for key in rows.values_list("source_set", flat=True) if key is not None}
