"""Addresses of the operation runs."""

from django.urls import URLPattern, path

from tenantpilot.web.operations import cancellations, retries, views, workspace_runs

tenant_plane: list[URLPattern] = [
    path("operations/", views.operations, name="operations"),
    path("operations/<int:run_id>/", views.operation_run, name="operation-run"),
    path("operations/<int:run_id>/cancellation/", views.cancel_operation_run, name="cancel-operation-run"),
    path("operations/<int:run_id>/retries/", retries.run_again, name="run-again"),
    path("operations/<int:run_id>/failed-items/retries/", retries.retry_failed_items, name="retry-failed-items"),
    path("operations/cancellations/", cancellations.cancel_operation_runs, name="cancel-operation-runs"),
]
workspace_plane: list[URLPattern] = [
    path("operations/", views.workspace_operations, name="workspace-operations"),
    path("operations/<int:run_id>/", workspace_runs.workspace_operation_run, name="workspace-operation-run"),
    path(
        "operations/<int:run_id>/cancellation/",
        workspace_runs.cancel_workspace_run,
        name="workspace-cancel-operation-run",
    ),
    path("operations/<int:run_id>/retries/", workspace_runs.run_workspace_again, name="workspace-run-again"),
    path(
        "operations/<int:run_id>/failed-items/retries/",
        workspace_runs.retry_workspace_items,
        name="workspace-retry-failed-items",
    ),
    path("operations/cancellations/", cancellations.cancel_runs_across_tenants, name="workspace-cancel-operation-runs"),
]
