"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "view.created": _("View saved"),
        "view.renamed": _("View renamed"),
        "view.shared": _("View shared"),
        "view.unshared": _("View no longer shared"),
        "view.deleted": _("View deleted"),
    }
)
