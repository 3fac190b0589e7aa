"""The first start in an empty folder, and what is no first start."""

import pytest
from django.urls import resolve
from django.utils import timezone

from tenantpilot.cli import first_run
from tenantpilot.tenancy import recovery
from tenantpilot.tenancy.models import User
from tests.cli.kit import tenantpilot
from tests.ports import free_port


@pytest.mark.parametrize("left", ["tenantpilot.sqlite3", "secret.key"])
def test_where_a_key_or_the_database_was_lost_nothing_is_made_anew(tmp_path, left):
    (tmp_path / left).write_text("")
    if left == "secret.key":
        (tmp_path / left).write_text("x" * 50)
    refused = tenantpilot("serve", "--port", str(free_port()), DATA_DIR=str(tmp_path))
    assert refused.code == 1
    assert "/auth/setup/" not in refused.err
    assert not (tmp_path / "sealing.keys").exists()


def test_the_link_is_printed_as_long_as_nobody_can_sign_in(database, capsys):
    first_run.print_setup_link("http://pilot.example")
    link = next(line for line in capsys.readouterr().err.split() if line.startswith("http://pilot.example"))
    match = resolve(link.removeprefix("http://pilot.example"))
    assert recovery.setup_of_token(match.kwargs["token"], now=timezone.now())
    User.objects.create_user("a@x.example", display_name="A")
    first_run.print_setup_link("http://pilot.example")
    assert capsys.readouterr().err == ""
