"""Removing what no set holds any more: members of chains whose sets are gone, and then the chains themselves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from tenantpilot.backups.models import BackupChain, BackupMember, BackupMemberQuerySet, BackupSet
from tenantpilot.backups.states import WITH_CONTENT, ChainKind

FOREVER = 2**31 - 1
NEW_FOR = timedelta(days=1)
"""The longest time that a chain may wait for its first set."""
AT_MOST = 50


def drop_orphans(chain: BackupChain) -> int:
    """Delete the members of a chain that no set holds, and the chain if nothing is left. Return the number of members.

    While a schedule has sets, an open member is what its next set begins with. Call it in a transaction: whoever opens
    a set of the chain waits for its end.
    """
    held = BackupChain.everywhere.select_for_update(of=("self",)).filter(pk=chain.pk).first()
    if held is None:
        return 0
    sets = BackupSet.everywhere.filter(chain=held)
    goes_on = held.kind == ChainKind.SCHEDULED and held.schedule_id is not None
    has_sets = sets.exists()
    deleted, _by_table = _unheld(held, keeps_open=goes_on and has_sets).delete()
    if not has_sets and not goes_on:
        held.delete()
    return int(deleted)


def drop_all_orphans(*, now: datetime) -> int:
    """Do so for chains that have no set any more. Return the number of members and chains that went."""
    sets, members = (
        BackupSet.everywhere.filter(chain=OuterRef("pk")),
        BackupMember.everywhere.filter(chain=OuterRef("pk")),
    )
    old = BackupChain.everywhere.filter(~Exists(sets), created_at__lte=now - NEW_FOR)
    going = old.filter(Q(schedule=None) | Exists(members)).order_by("pk")
    dropped = 0
    for chain in going[:AT_MOST]:
        with transaction.atomic():
            dropped += drop_orphans(chain) + (not BackupChain.everywhere.filter(pk=chain.pk).exists())
    return dropped


def _unheld(chain: BackupChain, *, keeps_open: bool) -> BackupMemberQuerySet:
    ends = Coalesce(OuterRef("to_seq"), FOREVER)
    sets = BackupSet.everywhere.filter(chain=chain, seq__gte=OuterRef("from_seq"), seq__lte=ends)
    members = BackupMember.everywhere.filter(~Exists(sets.filter(state__in=WITH_CONTENT)), chain=chain)
    return members.filter(to_seq__isnull=False) if keeps_open else members
