"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "tenantpilot.web"
    label = "web"
    verbose_name = _("Pages")

    def ready(self) -> None:
        """Tell the inventory which views of its policies are shared, for schedules that choose by one."""
        from tenantpilot.inventory.policy_views import register
        from tenantpilot.web.ui.saved_views.policies import shared_policy_views

        register(shared_policy_views)
