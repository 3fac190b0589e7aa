"""From the list of policies to a file on the person's own disk, and from a file into the library."""

import hashlib
import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.browser.conftest import INVENTORY, Visits
from tests.web.browser.test_operating import looked_at, submit

EXPORTS, IMPORT = "/admin/exports/", "/admin/library/imports/"


def test_all_matching_are_exported_watched_downloaded_and_verified(
    visit: Visits, screenshots: Path | None, tmp_path: Path
):
    page = visit("Oscar", f"{INVENTORY}?platform=windows")
    page.goto(f"{INVENTORY}captures/?matching=1&platform=windows")
    submit(page, re.compile("^Capture "))
    page.goto("/admin/t/contoso/operations/?type=policy_capture")
    page.locator("tbody th a").first.click()
    page.locator("#run:not([data-every])").wait_for()

    page.goto(f"{INVENTORY}?platform=windows")
    count = page.locator("#list-count").inner_text()
    page.get_by_role("checkbox", name="All rows of this page").check()
    offer = page.get_by_role("checkbox", name=f"Select all {count} matching", exact=True)
    if offer.is_visible():
        offer.check()
    page.locator("#bulk").get_by_role("button", name="Export policies").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Export \d+ policies of Contoso\?$"))
    looked_at(page, screenshots, "export")
    submit(page, re.compile("^Export "))
    expect(page.get_by_role("heading", level=1)).to_have_text("Exports")
    expect(page.locator(".toast")).to_contain_text("Policy export queued")
    download = page.locator("tbody tr").first.get_by_role("link", name="Download")
    download.wait_for()
    looked_at(page, screenshots, "exports")
    verified(saved(page, tmp_path))

    narrow = visit("Oscar", EXPORTS, narrow=True, dark=True)
    looked_at(narrow, screenshots, "exports-narrow")

    upload = visit("Olivia", IMPORT)
    looked_at(upload, screenshots, "import")
    upload.get_by_label("Library").fill("Contoso as it was")
    upload.get_by_label("ZIP archive").set_input_files(tmp_path / "export.zip")
    submit(upload, "Import policies")
    expect(upload.get_by_role("heading", level=1)).to_have_text(re.compile("^Library import"))
    upload.locator("#run:not([data-every])").wait_for()
    upload.locator("#run").get_by_role("link", name="Contoso as it was").click()
    upload.locator("tbody tr").first.wait_for()
    looked_at(upload, screenshots, "library")
    upload.locator("tbody th a").first.click()
    looked_at(upload, screenshots, "library-policy")


def saved(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator("tbody tr").first.get_by_role("link", name="Download").click()
    file = folder / "export.zip"
    download.value.save_as(file)
    return file


def verified(file: Path) -> None:
    """Every file of the archive is the one that its manifest names, and nothing else is in it."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert (names[0], names[-1]) == ("manifest.json", "SHA256SUMS")
        sums = {row["path"]: row["sha256"] for row in manifest["files"]}
        assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names[1:-1]}
        assert len(manifest["policies"]) > 10
