"""Every address of the application."""

from django.urls import include, path

from tenantpilot.web.views.metrics import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("", include("tenantpilot.web.urls")),
]

handler400 = "tenantpilot.web.errors.bad_request"
handler403 = "tenantpilot.web.errors.forbidden"
handler404 = "tenantpilot.web.errors.not_found"
handler500 = "tenantpilot.web.errors.server_error"
