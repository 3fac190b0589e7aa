"""Every address of the application."""

from django.urls import include, path

from tenantpilot.web.system.metrics import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("", include("tenantpilot.web.urls")),
]

handler400 = "tenantpilot.web.frame.errors.bad_request"
handler403 = "tenantpilot.web.frame.errors.forbidden"
handler404 = "tenantpilot.web.frame.errors.not_found"
handler500 = "tenantpilot.web.frame.errors.server_error"
