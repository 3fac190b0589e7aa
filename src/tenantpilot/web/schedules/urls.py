"""Addresses of the schedules."""

from django.urls import URLPattern, path

from tenantpilot.web.schedules import views

tenant_plane: list[URLPattern] = [
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/new/", views.create_schedule, name="create-schedule"),
    path("schedules/runs/", views.run_schedules, name="run-schedules"),
    path("schedules/<int:schedule_id>/runs/", views.run_schedule, name="run-schedule"),
    path("schedules/<int:schedule_id>/pause/", views.pause_schedule, name="pause-schedule"),
    path("schedules/<int:schedule_id>/resumption/", views.resume_schedule, name="resume-schedule"),
    path("schedules/<int:schedule_id>/deletion/", views.delete_schedule, name="delete-schedule"),
]
