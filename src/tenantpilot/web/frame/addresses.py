"""Going back to where a form was sent from, as long as that is ours."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_before(request: HttpRequest, *, otherwise: str) -> str:
    """The address that the form names in `back`, else the page it was on, else `otherwise`."""
    for address in (request.POST.get("back", ""), request.headers.get("Referer", "")):
        if address and is_ours(request, address):
            return address
    return otherwise


def is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
