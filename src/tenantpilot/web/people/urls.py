"""Addresses of people and members, of which most are the same on both planes."""

from django.urls import URLPattern, path

from tenantpilot.web.people import changes, inviting, scope, views

_BOTH: list[tuple[str, str, scope.View]] = [
    ("invitations/new/", "invite-person", inviting.invite),
    ("invitations/<int:invitation_id>/", "invitation", inviting.invitation),
    ("invitations/<int:invitation_id>/withdrawal/", "withdraw-invitation", inviting.withdraw),
    ("<int:person_id>/role/", "change-role", changes.change_role),
    ("<int:person_id>/removal/", "remove-role", changes.remove_role),
]
_PEOPLE: list[tuple[str, str, scope.View]] = [
    ("", "people", views.people),
    ("<int:person_id>/", "person", views.person),
    ("<int:person_id>/deactivation/", "switch-person-off", changes.switch_off),
    ("<int:person_id>/activation/", "switch-person-on", changes.switch_on),
    ("<int:person_id>/recovery/", "recover-person", inviting.recover),
    ("<int:person_id>/recovery/link/", "recovery-link", inviting.recovery_link),
]

workspace_plane: list[URLPattern] = [
    path(f"people/{place}", scope.of_workspaces(view), name=name) for place, name, view in [*_PEOPLE, *_BOTH]
]
tenant_plane: list[URLPattern] = [
    path("members/", views.members, name="members"),
    *(path(f"members/{place}", scope.of_tenant(view), name=scope.IN_TENANT[name]) for place, name, view in _BOTH),
]
