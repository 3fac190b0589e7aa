"""Who sees and does what (SEC-01, SEC-02, SEC-03, SEC-04)."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

import tenantpilot
from tenantpilot.tenancy import capabilities
from tenantpilot.tenancy.access import (
    CapabilityMissing,
    NotVisible,
    accesses,
    platform_capabilities,
    require_platform,
    resolve_tenant,
    tenants_where,
    workspaces,
)
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, TenantMember, User, WorkspaceMember
from tenantpilot.tenancy.roles import PLATFORM_CAPABILITIES, ROLE_CAPABILITIES, Role, roles_with

pytestmark = pytest.mark.contract

C = Capability
READ = {C.TENANT_VIEW, C.INVENTORY_VIEW, C.OPERATIONS_VIEW, C.BACKUP_VIEW, C.RESTORE_VIEW}
OPERATE = READ | {
    C.POLICY_CAPTURE,
    C.INVENTORY_SYNC,
    C.CONNECTION_CHECK,
    C.POLICY_IGNORE,
    C.OPERATIONS_CANCEL,
    C.SCHEDULE_MANAGE,
    C.VIEW_SHARE,
    C.POLICY_EXPORT,
    C.GROUP_SYNC,
    C.BACKUP_RUN,
    C.BACKUP_VERIFY,
    C.RESTORE_PREVIEW,
}
MANAGE = OPERATE | {
    C.CREDENTIAL_MANAGE,
    C.AUDIT_VIEW,
    C.POLICY_PRUNE,
    C.LIBRARY_MANAGE,
    C.BACKUP_MANAGE,
    C.BACKUP_EXPORT,
    C.BACKUP_RETENTION,
    C.BACKUP_DELETE,
    C.RESTORE_EXECUTE,
    C.RESTORE_APPROVE,
    C.RESTORE_DELETE,
}
OWN = MANAGE | {
    C.MEMBER_MANAGE,
    C.TENANT_MANAGE,
    C.OPERATIONS_PURGE,
    C.BACKUP_EXPORT_SECRETS,
    C.RESTORE_ENFORCE,
}


def test_a_member_sees_the_tenant_with_what_the_role_allows(alice: User, bob: User, contoso: Tenant) -> None:
    """SEC-02, SEC-04."""
    assert resolve_tenant(alice, "contoso").may(C.INVENTORY_SYNC)
    assert resolve_tenant(bob, "contoso").may(C.INVENTORY_VIEW)
    assert not resolve_tenant(bob, "contoso").may(C.INVENTORY_SYNC)


def test_who_is_not_a_member_cannot_tell_the_tenant_from_one_that_does_not_exist(
    charlie: User, contoso: Tenant
) -> None:
    """SEC-02: 404, and no hint anywhere."""
    with pytest.raises(NotVisible) as hidden:
        resolve_tenant(charlie, "contoso")
    with pytest.raises(NotVisible) as absent:
        resolve_tenant(charlie, "no-such-tenant")
    assert str(hidden.value).replace("contoso", "X") == str(absent.value).replace("no-such-tenant", "X")


def test_a_stranger_sees_nothing(contoso: Tenant, pat: User) -> None:
    """SEC-01: not signed in, or of the platform plane."""
    for person in (AnonymousUser(), pat):
        with pytest.raises(NotVisible):
            resolve_tenant(person, "contoso")


def test_a_member_without_the_capability_is_told_so(bob: User, contoso: Tenant) -> None:
    """SEC-02: 403, with the reason for the disabled button."""
    access = resolve_tenant(bob, "contoso")
    with pytest.raises(CapabilityMissing) as refused:
        access.require(C.INVENTORY_SYNC)
    assert refused.value.capability is C.INVENTORY_SYNC
    assert access.why_not(C.INVENTORY_SYNC) == (
        "Your role is Reader. To sync the inventory you need to be Owner / Manager / Operator."
    )
    assert access.why_not(C.INVENTORY_VIEW) == ""


def test_a_role_in_the_workspace_counts_in_each_of_its_tenants(olivia: User, contoso: Tenant, fabrikam: Tenant) -> None:
    """SEC-03."""
    assert resolve_tenant(olivia, "contoso").role == Role.OWNER
    assert resolve_tenant(olivia, "fabrikam").role == Role.OWNER
    assert [access.tenant.slug for access in accesses(olivia)] == ["contoso", "fabrikam"]


def test_two_roles_add_up_and_the_stronger_names_the_person(alice: User, contoso: Tenant) -> None:
    """SEC-04."""
    WorkspaceMember.everywhere.create(workspace=contoso.workspace, user=alice, role=Role.MANAGER)
    access = resolve_tenant(alice, "contoso")
    assert access.role == Role.MANAGER
    assert access.capabilities == ROLE_CAPABILITIES[Role.MANAGER] | ROLE_CAPABILITIES[Role.OPERATOR]


def test_a_role_taken_away_is_gone_at_once(alice: User, contoso: Tenant) -> None:
    """SEC-02: nothing remembers what a person could do."""
    resolve_tenant(alice, "contoso")
    TenantMember.everywhere.filter(user=alice).delete()
    with pytest.raises(NotVisible):
        resolve_tenant(alice, "contoso")


def test_a_person_who_was_switched_off_sees_nothing(alice: User, pat: User, contoso: Tenant) -> None:
    """SEC-01, SEC-02."""
    for person in (alice, pat):
        person.is_active = False
    with pytest.raises(NotVisible):
        resolve_tenant(alice, "contoso")
    with pytest.raises(NotVisible):
        require_platform(pat)
    assert platform_capabilities(pat) == frozenset()


def test_the_platform_plane_is_for_platform_operators(pat: User, olivia: User) -> None:
    """SEC-01."""
    require_platform(pat)
    for person in (olivia, AnonymousUser()):
        with pytest.raises(NotVisible):
            require_platform(person)
    assert platform_capabilities(pat) == PLATFORM_CAPABILITIES


def test_reads_across_tenants_check_each_of_them(alice: User, bob: User, charlie: User, olivia: User) -> None:
    """SEC-03."""
    assert [tenant.slug for tenant in tenants_where(alice, C.INVENTORY_SYNC)] == ["contoso"]
    assert [tenant.slug for tenant in tenants_where(bob, C.INVENTORY_SYNC)] == []
    assert [tenant.slug for tenant in tenants_where(charlie, C.INVENTORY_SYNC)] == ["fabrikam"]
    assert {tenant.slug for tenant in tenants_where(olivia, C.INVENTORY_SYNC)} == {"contoso", "fabrikam"}
    assert [tenant.slug for tenant in Tenant.everywhere.visible_to(charlie)] == ["fabrikam"]


def test_a_member_of_one_tenant_knows_the_workspace_by_name_and_has_no_role_in_it(alice: User, olivia: User) -> None:
    """SEC-03."""
    [of_alice], [of_olivia] = workspaces(alice), workspaces(olivia)
    assert (of_alice.roles, of_alice.capabilities) == (frozenset(), frozenset())
    assert of_olivia.may(C.MEMBER_MANAGE)


def test_the_table_of_roles() -> None:
    """SEC-04: one table, and nothing beside it."""
    assert ROLE_CAPABILITIES == {
        Role.READONLY: READ,
        Role.OPERATOR: OPERATE,
        Role.MANAGER: MANAGE,
        Role.OWNER: OWN,
    }
    assert set(PLATFORM_CAPABILITIES) == {C.PLATFORM_HEALTH_VIEW, C.WORKSPACE_MANAGE}


def test_each_role_may_all_that_a_weaker_one_may_and_every_capability_is_somebodys() -> None:
    """SEC-04."""
    strongest_first = [ROLE_CAPABILITIES[role] for role in Role]
    assert all(weaker <= stronger for stronger, weaker in pairwise(strongest_first))
    assert {*Capability} == strongest_first[0] | PLATFORM_CAPABILITIES
    assert all(str(capability.label) for capability in Capability)
    assert roles_with(C.MEMBER_MANAGE) == (Role.OWNER,)


def test_a_capability_is_described_by_one_room_and_none_by_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-04."""
    with pytest.raises(ValueError, match=r"described twice: audit\.view"):
        capabilities.describe({C.AUDIT_VIEW: "read it again"})
    monkeypatch.setattr(capabilities, "_labels", {C.AUDIT_VIEW: "read it"})
    with pytest.raises(ValueError, match=r"no room describes .*tenant\.view"):
        capabilities.require_all_described()


def test_no_capability_is_spelled_outside_its_catalogue() -> None:
    """SEC-04, GUARD-E."""
    spelled = {str(capability) for capability in Capability}
    source = Path(tenantpilot.__path__[0])
    texts = {path: path.read_text() for path in source.rglob("*.py") if path.name != "capabilities.py"}
    found = [
        f"{path.relative_to(source)}:{node.lineno}"
        for path, text in texts.items()
        if any(each in text for each in spelled)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in spelled
    ]
    assert found == []
