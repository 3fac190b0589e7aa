"""What pages keep of their own."""

from tenantpilot.web.ui.saved_views.models import SavedView

__all__ = ["SavedView"]
