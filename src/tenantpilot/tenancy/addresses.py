"""E-mail addresses: one spelling for each, so that nobody exists twice and nobody passes for another (SEC-09)."""

import unicodedata

from tenantpilot.core.errors import TenantPilotError

LONGEST = 254


class AddressRefused(TenantPilotError):
    """The text is no address that a person can have here."""


def canonical(text: str) -> str:
    """Return the one spelling that is stored and compared: small letters, the domain as DNS has it.

    Letters that only look or fold like others (a long s, the sign of Kelvin, full width) become those others. What is
    left beyond ASCII before the @ is refused: two such addresses could not be told apart. Raises AddressRefused.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    local, at, domain = folded.rpartition("@")
    if not at or not local.isascii() or not local.isprintable() or any(mark in local for mark in ' @"'):
        raise AddressRefused("Write an address such as alice@example.com, in plain letters.")
    address = f"{local}@{_as_dns_has_it(domain)}"
    if len(address) > LONGEST:
        raise AddressRefused(f"An address has at most {LONGEST} letters.")
    return address


def _as_dns_has_it(domain: str) -> str:
    try:
        name = domain.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not name or not all(letter.isalnum() or letter in "-." for letter in name):
        raise AddressRefused("The part behind the @ is no domain.")
    return name
