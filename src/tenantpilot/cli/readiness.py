"""Check the conditions for starting a process of a deployment. Each refusal is a Problem."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from tenantpilot.cli.console import err
from tenantpilot.cli.install import require_writable
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.schema import require_migrated
from tenantpilot.tenancy.stops import notice_copy

PLACEHOLDER = "not-a-secret"


def require_ready() -> None:
    """For every process. Raises Problem, OSError, DatabaseError."""
    require_secret_key()
    if uses_sqlite():
        require_writable(Path(settings.DATABASES["default"]["NAME"]).parent)
    require_migrated()
    if notice_copy(now=timezone.now()):
        err.print("[bold red]![/] All work is stopped: this database was copied or restored. See: tenantpilot resume")


def require_ready_for_pages() -> None:
    """For the web server. Raises as `require_ready` does."""
    require_ready()
    require_pages()


def require_secret_key() -> None:
    if settings.SECRET_KEY.startswith(PLACEHOLDER):
        raise Problem(f"There is no secret key in {settings.DATA_DIR}.", "Run: tenantpilot setup")


def require_pages() -> None:
    """A checkout has no styles and scripts until they are built; the wheel ships them."""
    if finders.find("built/assets.json") is None:
        raise Problem("The pages' styles and scripts are not built.", "Run: make setup")


def uses_sqlite() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"))
