"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

POLICY_IGNORED = audit_actions.declare("policy.ignored", _("Policy ignored"))
POLICY_UNIGNORED = audit_actions.declare("policy.unignored", _("Policy no longer ignored"))
