"""The handlers of restores, which workers alone import (GUARD-F)."""

from tenantpilot.restores.approval_check import check_approvals
from tenantpilot.restores.drilling import drill_restore
from tenantpilot.restores.executing import execute_restore
from tenantpilot.restores.preview_run import preview_restore

__all__ = ["check_approvals", "drill_restore", "execute_restore", "preview_restore"]
