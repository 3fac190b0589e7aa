"""What the build made: nothing is missing, nothing is heavy, nothing comes from elsewhere (UX-07, UX-50, UX-81)."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

import tenantpilot.web
from tenantpilot.core.badges import BadgeCatalog, Tone
from tenantpilot.inventory import policy_types
from tenantpilot.web.frame import assets, navigation
from tenantpilot.web.operations.run_facts import _EVENTS

WEB = Path(tenantpilot.web.__file__).parent
TEMPLATES = sorted(WEB.glob("*/templates/**/*.html"))


def name_of(template: Path) -> str:
    """Return the name by which views ask for the template."""
    return str(template).split("/templates/", 1)[1]


FRONTEND = Path(__file__).parents[2] / "frontend"
KILOBYTE = 1024


@pytest.mark.parametrize(("name", "most"), [("app.css", 30), ("app.js", 40), ("inter.woff2", 60)])
def test_files_stay_within_their_budget_ux_81(name, most):
    content = built(name).read_bytes()
    compressed = content if name.endswith("woff2") else gzip.compress(content)
    assert len(compressed) <= most * KILOBYTE


@pytest.mark.parametrize("name", ["app.css", "app.js"])
def test_compressed_copies_stand_beside_the_file(name):
    for ending in (".gz", ".br"):
        assert built(name).with_name(built(name).name + ending).is_file()


def test_the_style_sheet_loads_nothing_from_elsewhere_ux_07():
    addresses = re.findall(r"url\(([^)]+)\)", built("app.css").read_text())
    assert [address for address in addresses if not address.strip("\"'").startswith(("inter.", "data:"))] == []


def test_the_script_needs_no_eval_of_ours_and_knows_no_address_of_elsewhere_ux_07():
    ours = "".join(path.read_text() for path in (FRONTEND / "js").glob("*.js"))
    assert not re.search(r"\beval\(|new Function|https?://", ours)


def test_every_icon_that_is_used_was_built_ux_51():
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([a-z0-9-]+)" %}|icon="([a-z0-9-]+)"', path.read_text())
        for name in name
        if name
    }
    used |= {badge.icon for badge in BadgeCatalog.all().values()} | {BadgeCatalog.get("any", "other").icon}
    used |= {kind.icon for kind in policy_types.every()}
    used |= {
        item.icon
        for items in (navigation.tenant_items(), navigation.workspace_items(), navigation.platform_items())
        for item in items
    }
    used |= {icon for _words, icon in _EVENTS.values()}
    assert used - set(json.loads((assets.BUILT / "icons.json").read_text())) == set(), "add them to frontend/icons.txt"


def test_every_tone_has_its_colours_ux_50():
    css = built("app.css").read_text()
    assert all(f".badge-{tone}" in css for tone in Tone if tone is not Tone.NEUTRAL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: name_of(path))
def test_a_template_is_small_says_what_it_needs_and_can_be_read(path):
    text = path.read_text()
    get_template(name_of(path))
    assert "{% comment %}" in text
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: name_of(path))
def test_words_in_templates_are_marked_for_translation_ux_84(path):
    text = re.sub(
        r"{% comment %}.*?{% endcomment %}|<svg.*?</svg>|<meta[^>]*>|<kbd.*?</kbd>", "", path.read_text(), flags=re.S
    )
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", text)
    bare = [word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in {"TenantPilot", "PT", "ms", "doctype"}]
    assert bare == []


def test_no_template_chooses_a_tone_for_a_status_ux_50():
    for path in TEMPLATES:
        assert set(re.findall(r'class="badge (badge-[a-z]+)"', path.read_text())) == set(), path


def test_the_lock_file_names_no_registry():
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert set(lock["packages"][""]["dependencies"].values()) == {
        entry["version"]
        for name, entry in lock["packages"].items()
        if name.removeprefix("node_modules/") in lock["packages"][""]["dependencies"]
    }


def built(name):
    found = finders.find(f"built/{json.loads((assets.BUILT / 'assets.json').read_text())[name]}")
    return Path(found)
