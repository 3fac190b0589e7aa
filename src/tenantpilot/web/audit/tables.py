"""The table of audit entries."""

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.audit.actions import audit_actions
from tenantpilot.audit.models import AuditLog
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table
from tenantpilot.web.ui.tables.fields import SINCE


class AuditFilters(Filters):
    """By action and time."""

    action = django_filters.ChoiceFilter(
        label=_("Action"), choices=lambda: list(audit_actions.all().items()), empty_label=_("Any action")
    )
    since = django_filters.ChoiceFilter(
        label=_("Time"),
        choices=[(key, label) for key, (label, _span) in SINCE.items()],
        empty_label=_("Any time"),
        method="by_time",
    )

    class Meta:
        model = AuditLog
        fields: list[str] = []

    def by_time(self, rows: QuerySet[AuditLog], name: str, value: str) -> QuerySet[AuditLog]:
        return rows.filter(at__gte=timezone.now() - SINCE[value][1])


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s entry", "%(figure)s entries", count) % {"figure": figure}


AUDIT = Table(
    name="audit",
    caption=_("Audit log"),
    columns=(
        Column(_("Action")),
        Column(_("Who")),
        Column(_("What")),
        Column(_("When"), sort="when"),
        Column(_("Details")),
    ),
    sorts={"when": Sort("pk", int)},
    default_sort="-when",
    filters=AuditFilters,
    rows="web/audit/rows.html",
    counted=_counted,
    search_label="",
    empty=Empty(
        title=_("No entries yet"),
        text=_("Everything that matters for security is written here and cannot be changed."),
        nothing_matches=_("No entries match these filters"),
        icon="scroll-text",
    ),
)
