"""The forms of a restore, sent as a browser sends them: every field that the page shows, with a person's changes."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.web.html import Element, read


def fields_of(page: Element) -> dict[str, str]:
    """Return the fields of the form that edits the restore, as the page shows them."""
    [form] = [form for form in page.every("form") if form.every("input", name="shown")]
    hidden = {one["name"]: one["value"] for one in form.every("input", type="hidden")}
    typed = {one["name"]: one["value"] for one in form.every("input") if one["name"].startswith("target-")}
    return {**hidden, **typed, **{box["name"]: _chosen(box) for box in form.every("select")}}


def fields_at(client: Client, address: str) -> dict[str, str]:
    """Open a page, and return the fields of its form."""
    return fields_of(read(client.get(address)).one("main"))


def fill(client: Client, address: str, changes: dict[str, Any]) -> HttpResponse:
    """Open a page, change fields of its form, and send it."""
    return client.post(address, {**fields_at(client, address), **changes})


def _chosen(box: Element) -> str:
    options = box.every("option")
    return next((one["value"] for one in options if "selected" in one), options[0]["value"])
