"""The way back leads to a page of this console, or nowhere."""

import pytest
from django.test import RequestFactory

from tenantpilot.web.frame.addresses import own_path, page_before, page_of_script

OURS = {
    "/admin/": "/admin/",
    "/admin/?q=a&at=b#items": "/admin/?q=a&at=b#items",
    "http://testserver/admin/t/contoso/?tab=runs": "/admin/t/contoso/?tab=runs",
}
NOT_OURS = [
    "",
    "audit-name",
    "tenant-overview",
    "?q=a",
    "#list",
    "NaN",
    "{}",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http://evil.example/admin/",
    "http://testserver//evil.example",
    "http://testserver/\\evil.example",
    "http://testserver@evil.example/",
    "http://[",
    "http://[::1",
    "javascript:alert(1)",
    " //evil.example",
    "\x00/admin/",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize(("address", "path"), OURS.items())
def test_an_address_of_ours_is_kept_without_its_host(address, path):
    assert own_path(RequestFactory().get("/"), address) == path


@pytest.mark.parametrize("address", NOT_OURS)
def test_any_other_address_leads_nowhere(address):
    request = RequestFactory().post("/", {"back": address}, headers={"Referer": address, "HX-Current-URL": address})
    assert own_path(request, address) == page_of_script(request) == ""
    assert page_before(request, otherwise="/otherwise/") == "/otherwise/"


def test_the_form_goes_before_the_page_it_was_on():
    request = RequestFactory().post("/", {"back": "audit"}, headers={"Referer": "http://testserver/admin/"})
    assert page_before(request, otherwise="/") == "/admin/"
    request = RequestFactory().post("/", {"back": "/a/"}, headers={"Referer": "http://testserver/admin/"})
    assert page_before(request, otherwise="/") == "/a/"
