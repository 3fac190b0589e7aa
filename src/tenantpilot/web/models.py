"""The models of pages."""

from tenantpilot.web.ui.saved_views.models import SavedView

__all__ = ["SavedView"]
