"""Addresses of the schedules."""

from django.urls import URLPattern, path

from tenantpilot.web.schedules import views, workspace_views

tenant_plane: list[URLPattern] = [
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/new/", views.create_schedule, name="create-schedule"),
    path("schedules/runs/", views.run_schedules, name="run-schedules"),
    path("schedules/<int:schedule_id>/runs/", views.run_schedule, name="run-schedule"),
    path("schedules/<int:schedule_id>/pause/", views.pause_schedule, name="pause-schedule"),
    path("schedules/<int:schedule_id>/resumption/", views.resume_schedule, name="resume-schedule"),
    path("schedules/<int:schedule_id>/deletion/", views.delete_schedule, name="delete-schedule"),
]
_OF_ONE = [
    ("runs", workspace_views.run_workspace_schedule, "run"),
    ("pause", workspace_views.pause_workspace_schedule, "pause"),
    ("resumption", workspace_views.resume_workspace_schedule, "resume"),
    ("deletion", workspace_views.delete_workspace_schedule, "delete"),
]
workspace_plane: list[URLPattern] = [
    path("schedules/", workspace_views.workspace_schedules, name="workspace-schedules"),
    path("schedules/new/", workspace_views.create_workspace_schedule, name="workspace-create-schedule"),
    *(
        path(f"schedules/<int:schedule_id>/{place}/", view, name=f"workspace-{verb}-schedule")
        for place, view, verb in _OF_ONE
    ),
]
