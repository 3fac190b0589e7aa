"""UX-100: names from outside are shown as they are, and nobody types a name that others would read as another one."""

import importlib
import pkgutil

import pytest
from django import forms
from django.core.exceptions import ValidationError

import tenantpilot.web
from tenantpilot.cli.console import VisibleConsole
from tenantpilot.core.visible import visible, visible_name
from tenantpilot.directory.recording import _text as group_name
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.observing import LONGEST_NAME, name_of
from tenantpilot.operations.schedules.cadence import time_zones
from tests.web.html import read
from tests.web.kit import policy

REVERSED = "evil\u202egnp.exe"
UNSEEN = ["\u202e", "\u202a", "\u2066", "\u2069", "\u200e", "\u200b", "\ufeff", "\x07", "\x1b", "\x9b", "\n", "\ud83d"]
BLANKS = [" ", "   ", "\u00a0", "\u3000\u2003", "\u2800", "\u3164"]
NAMES = ("name", "title", "display_name", "workspace", "library", "label")


def every_form():
    """Return all classes of forms of the pages."""
    for module in pkgutil.walk_packages(tenantpilot.web.__path__, "tenantpilot.web."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    waiting, classes = [forms.BaseForm], set()
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        classes |= {each for each in below if each.__module__.startswith("tenantpilot.")}
    return sorted(classes, key=lambda each: (each.__module__, each.__name__))


def named_fields():
    """Return the fields of all forms in which people type a name, each with its form."""
    return [
        pytest.param(field, id=f"{form.__module__.removeprefix('tenantpilot.web.')}.{form.__name__}.{name}")
        for form in every_form()
        for name, field in getattr(form, "base_fields", {}).items()
        if name in NAMES and isinstance(field, forms.CharField)
    ]


def test_the_walk_meets_the_forms_that_are_known():
    assert len(named_fields()) >= 12


@pytest.mark.parametrize("field", named_fields())
def test_no_form_takes_a_name_that_cannot_be_seen(field):
    assert field.clean("Zoë’s naïve 名前 👍🏽") == "Zoë’s naïve 名前 👍🏽"
    for letter in UNSEEN:
        with pytest.raises(ValidationError):
            field.clean(f"evil{letter}gnp")
    for blank in BLANKS[4:]:
        with pytest.raises(ValidationError):
            field.clean(blank)


@pytest.mark.parametrize("letter", [letter for letter in UNSEEN if letter != "\n"])
def test_ux_100_what_turns_or_hides_a_name_is_shown_on_its_pages(signed_in, bob, contoso, now, letter):
    if letter == "\ud83d":
        letter = "\u202c"  # no column holds a half
    row = policy(contoso, f"evil{letter}gnp.exe", now)
    browser = signed_in(bob)
    for address in ("inventory/", f"inventory/{row.pk}/", f"inventory/{row.pk}/versions/"):
        text = browser.get(f"/admin/t/contoso/{address}").text
        assert letter not in text
        assert f"evil\\u{ord(letter):04x}gnp.exe" in text


@pytest.mark.parametrize("blank", BLANKS)
def test_ux_100_a_name_of_blanks_has_a_stand_in(blank):
    contract = registry.get("deviceConfiguration")
    shown = name_of(contract, {"displayName": blank})
    assert set(shown) == {"␣"}
    assert group_name(blank) == shown == visible_name(blank)
    assert name_of(contract, {"displayName": ""}) == "Device configuration"


def test_ux_100_a_name_that_is_cut_says_so(signed_in, bob, contoso, now):
    contract = registry.get("deviceConfiguration")
    name = name_of(contract, {"displayName": "n" * 3_000})
    assert (len(name), name[-1]) == (LONGEST_NAME, "…")
    assert name_of(contract, {"displayName": "n" * LONGEST_NAME}) == "n" * LONGEST_NAME
    row = policy(contoso, name, now)
    heading = read(signed_in(bob).get(f"/admin/t/contoso/inventory/{row.pk}/")).one("h1")
    assert heading.attributes["title"] == name


def test_a_terminal_obeys_no_name(capsys):
    VisibleConsole(soft_wrap=True).print(f"{REVERSED}\x1b[2J", markup=False)
    printed = capsys.readouterr().out
    assert printed == "evil\\u202egnp.exe\\u001b[2J\n"


def test_what_people_write_in_any_script_is_left_alone():
    for text in ("Zoë 👩‍👧 می‌خواهم", "line\nline\tend\r\n", "עברית", "\u00a0", "\\u202e"):
        assert visible(text) == text


def test_zones_of_schedules_are_places():
    """They are the same on every machine."""
    assert {"UTC", "Europe/Berlin"} <= set(time_zones())
    assert not {"Factory", "localtime", "posixrules"} & set(time_zones())
