"""The first start in an empty folder: keys, database, and a link that makes the first owner in the browser."""

from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tenantpilot.cli.console import done, say
from tenantpilot.cli.install import SECRET_KEY, prepare_data_folder
from tenantpilot.cli.readiness import PLACEHOLDER, uses_sqlite
from tenantpilot.cli.schema import migrate
from tenantpilot.tenancy import recovery


def is_untouched() -> bool:
    """Say if nothing is here yet: neither keys nor database. Where one of them is, the other was lost."""
    return (
        settings.SECRET_KEY.startswith(PLACEHOLDER)
        and uses_sqlite()
        and not Path(settings.DATABASES["default"]["NAME"]).exists()
    )


def prepare() -> None:
    """Do what `tenantpilot setup` does, and let this process use the new key. Raises Problem."""
    prepare_data_folder(settings.DATA_DIR)
    settings.SECRET_KEY = (settings.DATA_DIR / SECRET_KEY).read_text().strip()
    migrate()
    done(f"data folder {settings.DATA_DIR}, with new keys and an empty database")
    say("Keep copies of secret.key and sealing.keys apart from the database: without them stored credentials are lost.")


def print_setup_link(address: str) -> None:
    """Print the link, as long as there is nobody who could sign in."""
    link = recovery.make_setup_link(now=timezone.now())
    if link is not None:
        say("Nobody can sign in yet. Open this link to set up the first owner; it works once, for 24 hours:")
        say(f"{address}{reverse('set-up', args=[link.token])}")
