"""Previews that would write nothing: the reason, as people read it."""

from collections.abc import Mapping

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.states import WRITING, Action


def why_nothing_of(restore: RestoreRun) -> str:
    """Return in words why the restore would write nothing, as its items stand; empty if it writes something."""
    rows = RestoreItem.everywhere.of_run(restore.pk).order_by().values_list("action").annotate(Count("pk"))
    return why_nothing(dict(rows))


def why_nothing(actions: Mapping[str, int]) -> str:
    """Return in words why a preview with these numbers of items by action writes nothing; empty if it writes."""
    if any(actions.get(action) for action in WRITING):
        return ""
    match [action for action in (Action.NONE, Action.SKIP, Action.BLOCK) if actions.get(action)]:
        case [Action.NONE]:
            return _("The tenant already looks like this, so nothing would be written.")
        case [Action.SKIP]:
            return _("Everything is left out, so nothing would be written.")
        case [Action.BLOCK]:
            return _("Everything is blocked, so nothing can be written. Each item says why.")
    return _("Nothing would be written: %(parts)s.") % {"parts": ", ".join(_parts(actions))}


def _parts(actions: Mapping[str, int]) -> list[str]:
    already, left_out, blocked = (actions.get(action, 0) for action in (Action.NONE, Action.SKIP, Action.BLOCK))
    parts = [
        ngettext("%(number)d item is already like this", "%(number)d items are already like this", already),
        ngettext("%(number)d is left out", "%(number)d are left out", left_out),
        ngettext("%(number)d is blocked", "%(number)d are blocked", blocked),
    ]
    numbered = zip(parts, (already, left_out, blocked), strict=True)
    return [text % {"number": number} for text, number in numbered if number]
