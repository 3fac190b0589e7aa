"""The addresses of pages. Names are relied on by links, tests and other rooms."""

from django.urls import URLPattern, URLResolver, include, path

from tenantpilot.web.views import (
    activity,
    audit,
    cancellations,
    connection,
    home,
    ignoring,
    inventory,
    notifications,
    operations,
    overview,
    retries,
    saved_views,
    schedules,
    search,
    sign_in,
    statistics,
    system,
    workspace,
)

_VIEWS: list[tuple[str, str, saved_views.View]] = [
    ("views/", "saved-views", saved_views.saved_views),
    ("views/new/", "create-saved-view", saved_views.create_saved_view),
    ("views/<int:view_id>/", "saved-view", saved_views.saved_view),
    ("views/<int:view_id>/name/", "rename-saved-view", saved_views.rename_saved_view),
    ("views/<int:view_id>/sharing/", "share-saved-view", saved_views.share_saved_view),
    ("views/<int:view_id>/privacy/", "unshare-saved-view", saved_views.unshare_saved_view),
    ("views/<int:view_id>/deletion/", "delete-saved-view", saved_views.delete_saved_view),
]

tenant_plane: list[URLPattern | URLResolver] = [
    path("", overview.tenant_overview, name="tenant-overview"),
    path("inventory/", inventory.inventory, name="inventory"),
    path("inventory/syncs/", inventory.start_inventory_sync, name="start-inventory-sync"),
    path("inventory/ignored/", ignoring.ignore_policies, name="ignore-policies"),
    path("inventory/unignored/", ignoring.unignore_policies, name="unignore-policies"),
    path("inventory/<int:policy_id>/", inventory.policy, name="policy"),
    path("operations/", operations.operations, name="operations"),
    path("operations/<int:run_id>/", operations.operation_run, name="operation-run"),
    path("operations/<int:run_id>/cancellation/", operations.cancel_operation_run, name="cancel-operation-run"),
    path("operations/<int:run_id>/retries/", retries.run_again, name="run-again"),
    path("operations/<int:run_id>/failed-items/retries/", retries.retry_failed_items, name="retry-failed-items"),
    path("operations/statistics/", statistics.operation_statistics, name="operation-statistics"),
    path("operations/cancellations/", cancellations.cancel_operation_runs, name="cancel-operation-runs"),
    *(path(f"operations/{place}", saved_views.in_tenant(view), name=name) for place, name, view in _VIEWS),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/", schedules.create_schedule, name="create-schedule"),
    path("schedules/<int:schedule_id>/pause/", schedules.pause_schedule, name="pause-schedule"),
    path("schedules/<int:schedule_id>/resumption/", schedules.resume_schedule, name="resume-schedule"),
    path("schedules/<int:schedule_id>/deletion/", schedules.delete_schedule, name="delete-schedule"),
    path("audit/", audit.tenant_audit, name="tenant-audit"),
    path("connection/", connection.connection, name="connection"),
    path("connection/checks/", connection.start_connection_check, name="start-connection-check"),
    path("connection/credential/", connection.change_credential, name="change-credential"),
]
workspace_plane: list[URLPattern | URLResolver] = [
    path("", workspace.workspace, name="workspace"),
    path("tenants/", workspace.tenant_switcher, name="tenant-switcher"),
    path("search/", search.search, name="search"),
    path("activity/", activity.activity, name="activity"),
    path("audit/", audit.workspace_audit, name="workspace-audit"),
    path("operations/", operations.workspace_operations, name="workspace-operations"),
    path("operations/<int:run_id>/", operations.workspace_operation_run, name="workspace-operation-run"),
    path("operations/cancellations/", cancellations.cancel_runs_across_tenants, name="workspace-cancel-operation-runs"),
    *(
        path(f"operations/{place}", saved_views.across_tenants(view), name=f"workspace-{name}")
        for place, name, view in _VIEWS
    ),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/latest/", notifications.panel, name="notifications-panel"),
    path("notifications/read/", notifications.mark_all, name="mark-all-notifications-read"),
    path("notifications/<int:notification_id>/", notifications.follow, name="notification"),
    path("notifications/<int:notification_id>/read/", notifications.mark, name="mark-notification-read"),
    path("t/<slug:tenant>/", include(tenant_plane)),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("preferences/<slug:name>/", home.preference, name="preference"),
    path("auth/link/<str:token>/", sign_in.sign_in_link, name="sign-in-link"),
    path("auth/", include("allauth.urls")),
    path("admin/", include(workspace_plane)),
    path("system/", system.system_health, name="system-health"),
    path("healthz", system.healthz, name="healthz"),
    path("readyz", system.readyz, name="readyz"),
]
