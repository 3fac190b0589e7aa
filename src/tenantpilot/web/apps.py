"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "tenantpilot.web"
    label = "web"
    verbose_name = _("Pages")
