"""The way in from outside: asked through the public address, so that every proxy in between is part of the answer."""

from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

from tenantpilot.cli.checks.finding import NotLookedAt
from tenantpilot.cli.problems import Problem
from tenantpilot.web.system.arrival import path_with_proof

# Of a range that is nobody's (RFC 5737): a proxy that passes it on as it is lets a stranger choose an address.
FORGED = "192.0.2.111"
WAITS_SECONDS = 10.0


@dataclass(frozen=True)
class Arrival:
    """Our request as the web server saw it."""

    scheme: str
    client: str
    peer: str
    peer_is_trusted: bool
    was_forwarded: bool
    forwarded_for: str
    has_hsts: bool


def the_public_address_leads_here(transport: httpx.BaseTransport | None = None) -> str:
    """Scheme, host and client address are what they are outside. Raises Problem, NotLookedAt."""
    address = settings.PUBLIC_ADDRESS
    if not address:
        raise NotLookedAt("not checked: TENANTPILOT_PUBLIC_ADDRESS does not say where people reach the pages")
    result = _read(_ask(address, transport), address)
    _require_scheme(result, address)
    _require_client(result)
    way = f"through the proxy {result.peer}" if result.was_forwarded else "without a proxy"
    return f"{address} leads here {way}; we are {result.client}"


def _ask(address: str, transport: httpx.BaseTransport | None) -> httpx.Response:
    """Without a proxy of the environment: what visitors meet is looked at."""
    try:
        with httpx.Client(trust_env=False, timeout=WAITS_SECONDS, transport=transport) as client:
            return client.get(address + path_with_proof(), headers={"X-Forwarded-For": FORGED})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        error_name = type(error).__name__
        raise Problem(
            f"{address} does not answer ({error_name}).", "Start the web server and the proxy, or correct the address."
        ) from None


def _read(answer: httpx.Response, address: str) -> Arrival:
    host = httpx.URL(address).host
    if answer.status_code == 400:
        raise Problem(f"The web server refuses the host {host}.", f"Add {host} to TENANTPILOT_ALLOWED_HOSTS.")
    try:
        texts: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return Arrival(**texts, has_hsts="Strict-Transport-Security" in answer.headers)
    except (ValueError, TypeError):
        raise Problem(
            f"{address} answers {answer.status_code}, and not as this installation would.",
            "Let the proxy pass everything on to the web server, which needs the same TENANTPILOT_SECRET_KEY.",
        ) from None


def _require_scheme(arrival: Arrival, address: str) -> None:
    target = address.partition(":")[0]
    if arrival.scheme != target and not arrival.peer_is_trusted:
        raise Problem(
            f"The web server does not believe {arrival.peer} that people come by {target}, so nobody can sign in.",
            f"Add {arrival.peer} to TENANTPILOT_TRUSTED_PROXIES, if that is your proxy.",
        )
    if arrival.scheme != target:
        raise Problem(
            f"The proxy {arrival.peer} does not say that people come by {target}, so nobody can sign in.",
            "Let it set X-Forwarded-Proto.",
        )
    if target == "https" and not arrival.has_hsts:
        raise Problem("Pages come by https without telling browsers to stay there.", "Set TENANTPILOT_HTTPS=1.")


def _require_client(arrival: Arrival) -> None:
    if arrival.forwarded_for.rpartition(",")[2].strip() == FORGED:
        raise Problem(
            f"The proxy {arrival.peer} passes X-Forwarded-For on as it came: a visitor can pose as any address.",
            "Let it add the visitor's address, or put that in the place of what came.",
        )
    if arrival.was_forwarded and not arrival.forwarded_for:
        raise Problem(
            f"The proxy {arrival.peer} does not say for whom it asks: all visitors share its limits of attempts.",
            "Let it send X-Forwarded-For.",
        )
