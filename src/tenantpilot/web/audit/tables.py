"""The table of audit entries."""

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.audit.models import AuditLog
from tenantpilot.web.operations.tables import SINCE
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

Words = str | Promise

ACTIONS: dict[str, Words] = {
    "run.queued": _("Operation queued"),
    "run.cancel_requested": _("Cancel requested"),
    "run.completed": _("Operation ended"),
    "schedule.created": _("Schedule created"),
    "schedule.paused": _("Schedule paused"),
    "schedule.resumed": _("Schedule resumed"),
    "schedule.deleted": _("Schedule deleted"),
    "tenant.credential_changed": _("Credential changed"),
    "tenant.created": _("Tenant added"),
    "tenant.role_set": _("Role in the tenant set"),
    "tenant.access_refused": _("Access refused"),
    "workspace.created": _("Workspace added"),
    "workspace.role_set": _("Role in the workspace set"),
    "person.created": _("Person added"),
    "person.signed_in": _("Signed in"),
    "person.sign_in_failed": _("Sign-in failed"),
    "person.locked_out": _("Too many attempts"),
    "person.signed_out": _("Signed out"),
    "person.password_changed": _("Password changed"),
    "person.password_refused": _("Password not confirmed"),
    "person.address_changed": _("Address changed"),
    "person.second_factor_added": _("Second factor turned on"),
    "person.second_factor_removed": _("Second factor turned off"),
    "person.second_factor_failed": _("Second factor refused"),
    "person.recovery_codes_made": _("Recovery codes made"),
    "person.switched_off": _("Person switched off"),
    "person.switched_on": _("Person switched on"),
    "keys.rotated": _("Sealing key changed"),
    "keys.retired": _("Sealing key retired"),
    "view.created": _("View saved"),
    "view.renamed": _("View renamed"),
    "view.shared": _("View shared"),
    "view.unshared": _("View no longer shared"),
    "view.deleted": _("View deleted"),
}


def action_label(action: str) -> Words:
    """Return one that this version does not know reads as its name."""
    return ACTIONS.get(action, action.replace(".", ": ").replace("_", " ").capitalize())


class AuditFilters(Filters):
    """By action and time."""

    action = django_filters.ChoiceFilter(label=_("Action"), choices=list(ACTIONS.items()), empty_label=_("Any action"))
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
        Column(_("Before and after"), css="wide-only"),
        Column(_("Request"), css="wide-only to-end"),
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
