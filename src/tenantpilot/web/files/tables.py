"""The table of the exports that a person started."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

READY = [("ready", _("Ready for download")), ("other", _("Not ready"))]


class FileFilters(Filters):
    """By whether there is a file to download."""

    file = django_filters.ChoiceFilter(label=_("File"), choices=READY, empty_label=_("All exports"), method="by_file")

    class Meta:
        model = OperationRun
        fields: list[str] = []

    def by_file(self, rows: OperationRunQuerySet, name: str, value: str) -> OperationRunQuerySet:
        return rows.filter(Q(has_file=value == "ready"))


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s export", "%(figure)s exports", count) % {"figure": figure}


FILES = Table(
    name="files",
    caption=_("Exports"),
    columns=(
        Column(_("Export")),
        Column(_("Tenant")),
        Column(_("State")),
        Column(_("Started"), sort="started"),
        Column(_("Size"), css="number"),
        Column(_("Can be downloaded until"), css="wide-only"),
        Column(_("Download"), is_spoken_only=True),
    ),
    sorts={"started": Sort("pk", int)},
    default_sort="-started",
    filters=FileFilters,
    rows="web/files/rows.html",
    counted=_counted,
    search_label="",
    empty=Empty(
        title=_("No exports yet"),
        text=_("Choose policies in a tenant's list and export them. The file is here when it is made."),
        nothing_matches=_("No exports match these filters"),
        icon="download",
    ),
)
