"""The table of notifications."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.operations.models import Notification
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

READ = [("unread", _("Unread")), ("read", _("Read"))]


class NotificationFilters(Filters):
    """Read or not."""

    read = django_filters.ChoiceFilter(
        label=_("Read"), choices=READ, empty_label=_("Read and unread"), method="by_read"
    )

    class Meta:
        model = Notification
        fields: list[str] = []

    def by_read(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(read_at=None) if value == "unread" else rows.exclude(read_at=None)


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s notification", "%(figure)s notifications", count) % {"figure": figure}


NOTIFICATIONS = Table(
    name="notifications",
    caption=_("Notifications"),
    columns=(
        Column(_("Notification")),
        Column(_("Tenant")),
        Column(_("Received"), sort="received"),
        Column(_("Actions"), is_spoken_only=True),
    ),
    sorts={"received": Sort("pk", int)},
    default_sort="-received",
    filters=NotificationFilters,
    rows="web/notifications/rows.html",
    counted=_counted,
    search_label="",
    empty=Empty(
        title=_("No notifications yet"),
        text=_("You are notified here when an operation that you started ends."),
        nothing_matches=_("No notifications match these filters"),
        icon="bell",
    ),
)
