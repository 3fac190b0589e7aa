"""The command line refuses what no database can hold, in one line that says the limit; the same on both databases."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.tenancy.fitting import DoesNotFit, fitted
from tenantpilot.tenancy.models import Tenant, User, Workspace

DIRECTORY = "33333333-3333-4333-8333-333333333333"
IN_NORTHWIND = ["--workspace", "northwind", "--directory", DIRECTORY]
PASSWORD = "a long enough secret\n"

REFUSED = [
    ("long title", ["workspace", "acme", "--title", "w" * 300], "has 300 characters. At most 120"),
    ("long slug", ["workspace", "w" * 300, "--title", "Acme"], "has 300 characters. At most 63"),
    ("long slug of a tenant", ["tenant", "x" * 300, "--title", "y", *IN_NORTHWIND], "At most 63"),
    ("long title of a tenant", ["tenant", "long", "--title", "y" * 300, *IN_NORTHWIND], "At most 120"),
    ("long name", ["person", "a@b.example", "--name", "n" * 300], "has 300 characters. At most 120"),
    ("long address", ["person", f"a@{'b.' * 150}example", "--name", "n"], ""),
    (
        "long address of short parts",
        ["person", f"a@{'b' * 60}.{'.'.join(['c' * 60] * 4)}", "--name", "n"],
        "most 254",
    ),
    ("no title", ["tenant", "empty", "--title", "", *IN_NORTHWIND], "The title is empty"),
    ("blank title", ["tenant", "empty", "--title", " \t ", *IN_NORTHWIND], "The title is empty"),
    ("blank name", ["person", "a@b.example", "--name", "  "], "The name is empty"),
    ("control characters", ["workspace", "acme", "--title", "A\x07cme"], "cannot be shown"),
    ("writing turned round", ["workspace", "acme", "--title", "\u202eexe.emca"], "cannot be shown"),
    ("half of a surrogate pair", ["workspace", "acme", "--title", "A\ud800"], "cannot be shown"),
]


@pytest.mark.parametrize(("case", "arguments", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_does_not_fit_is_refused_in_one_line(contoso, case, arguments, says):
    before = (Workspace.objects.count(), Tenant.everywhere.count(), User.objects.count())
    answer = CliRunner().invoke(app, ["add", *arguments], input=PASSWORD)
    said = " ".join(answer.output.split())
    assert (answer.exit_code, says in said, "Traceback" in said) == (1, True, False), said
    assert (Workspace.objects.count(), Tenant.everywhere.count(), User.objects.count()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["workspace", "w" * 63, "--title", "字" * 120],
        ["tenant", "x" * 63, "--title", "y" * 120, *IN_NORTHWIND],
        ["person", f"{'a' * 64}@{'b' * 60}.example", "--name", "n" * 120],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_just_fits_is_taken(contoso, arguments):
    assert CliRunner().invoke(app, ["add", *arguments], input=PASSWORD).exit_code == 0


@pytest.mark.parametrize("kind", ["workspace", "tenant"])
def test_a_short_name_is_refused_in_words_that_agree(contoso, kind):
    further = IN_NORTHWIND if kind == "tenant" else []
    answer = CliRunner().invoke(app, ["add", kind, "a b!", "--title", "A", *further])
    said = " ".join(answer.output.split())
    assert answer.exit_code == 1
    assert "Use small letters, digits and dashes." in said
    assert "underscores" not in said


def test_spaces_around_a_title_are_no_part_of_it(contoso):
    CliRunner().invoke(app, ["add", "workspace", "acme", "--title", "  Acme "])
    assert Workspace.objects.get(slug="acme").name == "Acme"


@pytest.mark.parametrize("slug", ["", "a b", "-a", "a-", "ä", "a/b"])
def test_a_short_name_is_one_that_an_address_takes(slug):
    with pytest.raises(DoesNotFit):
        fitted(Workspace, slug=slug or " ")
