"""docs/how-to/back-up-tenantpilot.md does what it says: its commands run in order, in places of the test's own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tenantpilot.cli.database.refusals import Refusal
from tests.cli.kit import ROOT, clean_environment
from tests.databases import IS_POSTGRESQL

PAGE = (ROOT / "docs/how-to/back-up-tenantpilot.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)
OLD, NEW = "/var/lib/tenantpilot", "/srv/new"
PLACES = (OLD, NEW, "/var/backups/tenantpilot", "/mnt/safe", "/tmp/check")


def test_who_follows_the_page_has_the_same_installation_again(installation, contoso, templates, tmp_path):
    folders = {place: tmp_path / place.strip("/").replace("/", "-") for place in PLACES}
    Path(installation["DATA_DIR"]).rename(folders[OLD])
    for place in ("/var/backups/tenantpilot", "/mnt/safe"):
        folders[place].mkdir()
    new = templates.create()
    on_new_machine = {**installation, "DATA_DIR": str(folders[NEW])} | (
        {"DATABASE_URL": new.url} if IS_POSTGRESQL else {"DATABASE_URL": f"sqlite:///{folders[NEW]}/t.sqlite3"}
    )
    on_old_machine = {**installation, "DATA_DIR": str(folders[OLD])}
    moving = next(number for number, block in enumerate(BLOCKS) if NEW in block)
    said = "".join(follow(block, folders, on_old_machine) for block in BLOCKS[:moving])
    said += "".join(follow(block, folders, on_new_machine) for block in BLOCKS[moving:])
    templates.drop(new)
    assert "its signature agrees" in said
    assert "manifest.json: OK" in said
    assert "All work is stopped" in said
    assert "Resumed all work" in said


def test_every_refusal_has_its_row():
    assert {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.M) for name in re.findall(r"`(\w+)`", row)} == {
        *Refusal
    }


def follow(block: str, folders: dict[str, Path], settings: dict[str, str]) -> str:
    """Run the commands of one block; return what they said."""
    for place, folder in folders.items():
        block = block.replace(place, str(folder))
    environment = clean_environment(**settings)
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-euc", block], env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, block + done.stderr
    return done.stdout + done.stderr
