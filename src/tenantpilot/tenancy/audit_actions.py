"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "tenant.credential_changed": _("Credential changed"),
        "tenant.created": _("Tenant added"),
        "tenant.role_set": _("Role in the tenant set"),
        "tenant.access_refused": _("Access refused"),
        "tenant.stopped": _("Work in the tenant stopped"),
        "tenant.resumed": _("Work in the tenant resumed"),
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
        "person.sessions_ended": _("Sessions ended"),
        "person.recovery_link_made": _("Recovery link made"),
        "person.recovered": _("Account recovered"),
        "invitation.made": _("Invitation made"),
        "invitation.withdrawn": _("Invitation withdrawn"),
        "invitation.accepted": _("Invitation accepted"),
        "tenant.member_removed": _("Member of the tenant removed"),
        "workspace.member_removed": _("Member of the workspace removed"),
        "keys.rotated": _("Sealing key changed"),
        "keys.retired": _("Sealing key retired"),
        "installation.stopped": _("All work stopped"),
        "installation.resumed": _("All work resumed"),
    }
)
