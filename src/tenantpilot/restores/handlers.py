"""The handlers of restores, which workers alone import (GUARD-F)."""

from tenantpilot.restores.executing import execute_restore
from tenantpilot.restores.previewing import preview_restore

__all__ = ["execute_restore", "preview_restore"]
