"""Limits on attempts to sign in: by account and address together, so that a stranger locks nobody else out.

Two counts for each attempt. The narrow one is of the account from this address. The wide one stops somebody who tries
many accounts from one address, or many addresses on a second factor; whoever succeeded from this address before is
not held up by it, so a proxy or an office that shares an address stays open for its people.

An IPv6 address counts as its /64 network: a line has at least one, and whoever has it can come from any address in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from allauth.core.internal.cryptokit import normalize_user_code

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy import attempt_counts
from tenantpilot.tenancy.attempt_counts import key_of

KNOWN_FOR = timedelta(days=90)
CODE_IS_SPENT_FOR = timedelta(minutes=5)
BITS_OF_A_LINE = 64


class Purpose(StrEnum):
    """The secrets that somebody could guess at."""

    SIGN_IN = "sign-in"
    OWN_PASSWORD = "own-password"  # noqa: S105 the name of a purpose
    SECOND_FACTOR = "second-factor"


@dataclass(frozen=True)
class Limit:
    """At most so many attempts in so long a time."""

    most: int
    within: timedelta


NARROW = Limit(5, timedelta(minutes=5))
WIDE = {
    Purpose.SIGN_IN: Limit(20, timedelta(minutes=5)),
    Purpose.OWN_PASSWORD: Limit(20, timedelta(minutes=5)),
    Purpose.SECOND_FACTOR: Limit(30, timedelta(hours=1)),
}


@dataclass(frozen=True)
class Attempt:
    """Somebody at `address` tries the secret of `account`, which need not exist."""

    purpose: Purpose
    account: str
    address: str

    @property
    def narrow_key(self) -> str:
        return key_of(self.purpose, "account and address", self.account, line_of(self.address))

    @property
    def wide_key(self) -> str:
        """A password is guessed from one address at many accounts, a code of six digits at one account from many."""
        about = self.account if self.purpose is Purpose.SECOND_FACTOR else line_of(self.address)
        return key_of(self.purpose, "wide", about)


class TooManyAttempts(TenantPilotError):
    """The limit is reached. `is_first`: no attempt of this window was refused before."""

    def __init__(self, *, is_first: bool) -> None:
        super().__init__("too many attempts")
        self.is_first = is_first


def begin(attempt: Attempt, *, now: datetime) -> None:
    """Count the attempt before the secret is looked at, so that many at once pass no limit. Raises TooManyAttempts."""
    if not attempt_counts.is_known(attempt.narrow_key, now=now):
        _count(attempt.wide_key, WIDE[attempt.purpose], now)
    _count(attempt.narrow_key, NARROW, now)


def succeed(attempt: Attempt, *, now: datetime) -> None:
    """Forget the failures of this account from this address; others' stay counted."""
    if not attempt_counts.is_known(attempt.narrow_key, now=now):
        attempt_counts.take_back(attempt.wide_key)
    attempt_counts.settle(attempt.narrow_key, known_until=now + KNOWN_FOR)
    attempt_counts.forget_old(now)


def line_of(address: str) -> str:
    """Return the network that one line has all of: of IPv6 the /64, of IPv4 the address, of anything else the text."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed, BITS_OF_A_LINE), strict=False))


def is_first_use(code: str, *, account: str, now: datetime) -> bool:
    """Spend a code of a second factor: what was seen on its way works no second time, at no web process.

    Blanks and punctuation are no part of a code, because the comparison with the right one leaves them out as well.
    """
    return (
        attempt_counts.count(key_of("code", account, normalize_user_code(code)), within=CODE_IS_SPENT_FOR, now=now) == 1
    )


def is_first_refusal(person: object, place: object, *, within: timedelta, now: datetime) -> bool:
    """Say if this person was refused this place for the first time in so long."""
    return attempt_counts.count(key_of("refused", person, place), within=within, now=now) == 1


def _count(key: str, limit: Limit, now: datetime) -> None:
    attempts = attempt_counts.count(key, within=limit.within, now=now)
    if attempts > limit.most:
        raise TooManyAttempts(is_first=attempts == limit.most + 1)
