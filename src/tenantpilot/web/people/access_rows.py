"""The people who reach the addresses of people and members."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant, of_owner

access_rows: dict[str, AccessRow] = {
    "people": of_owner(),
    "invite-person": of_owner(),
    "invitation": of_owner(subject="invitation"),
    "withdraw-invitation": of_owner("post", "invitation"),
    "person": of_owner(subject="member"),
    "change-role": of_owner(subject="member", query="?place=workspace-{workspace}"),
    "remove-role": of_owner(subject="member", query="?place=workspace-{workspace}"),
    "switch-person-off": of_owner(subject="member"),
    "switch-person-on": of_owner("post", "member"),
    "recover-person": of_owner(subject="member"),
    "recovery-link": of_owner(subject="recovering"),
    "members": in_tenant(Capability.TENANT_VIEW),
    "invite-member": in_tenant(Capability.MEMBER_MANAGE),
    "member-invitation": in_tenant(Capability.MEMBER_MANAGE, subject="tenant invitation"),
    "withdraw-member-invitation": in_tenant(Capability.MEMBER_MANAGE, "post", "tenant invitation"),
    "change-member-role": in_tenant(Capability.MEMBER_MANAGE, subject="member"),
    "remove-member": in_tenant(Capability.MEMBER_MANAGE, subject="member"),
}
