"""People and members in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (
    Item(
        Group.SETTINGS,
        _("Members"),
        "users",
        "members",
        "m",
        Capability.TENANT_VIEW,
        ("invite-member", "member-invitation", "change-member-role", "remove-member"),
        place=20,
    ),
)
workspace_items = (
    Item(
        Group.SETTINGS,
        _("People"),
        "users",
        "people",
        "p",
        Capability.MEMBER_MANAGE,
        (
            "person",
            "invite-person",
            "invitation",
            "change-role",
            "remove-role",
            "switch-person-off",
            "recover-person",
            "recovery-link",
        ),
        place=10,
    ),
)
