"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

VIEW_CREATED = audit_actions.declare("view.created", _("View saved"))
VIEW_RENAMED = audit_actions.declare("view.renamed", _("View renamed"))
VIEW_SHARED = audit_actions.declare("view.shared", _("View shared"))
VIEW_UNSHARED = audit_actions.declare("view.unshared", _("View no longer shared"))
VIEW_DELETED = audit_actions.declare("view.deleted", _("View deleted"))
