"""Record account events on pages, as audit entries and counted attempts (SEC-08)."""

from typing import Any

import structlog
from django.http import HttpRequest
from django.utils import timezone

from tenantpilot.audit.actions import AuditAction
from tenantpilot.tenancy import attempts, security_events
from tenantpilot.tenancy.addresses import AddressRefused, canonical
from tenantpilot.tenancy.attempts import Attempt, Purpose, TooManyAttempts
from tenantpilot.tenancy.audit_actions import PERSON_LOCKED_OUT
from tenantpilot.tenancy.models import User
from tenantpilot.web.frame.proxies import client_address

log = structlog.get_logger(__name__)


def record(request: HttpRequest, action: AuditAction, person: User | None, **facts: Any) -> None:
    """Append an audit entry about the person, by the person, from where the request came."""
    now, client = timezone.now(), client_address(request)
    actor = person if getattr(request, "user", None) == person else None
    security_events.record(action, person=person, actor=actor, client=client, after=facts, now=now)
    log.info("security_event", action=action, person=person.pk if person else None)


def sign_in_attempt(request: HttpRequest, address: str) -> Attempt:
    """The attempt on the account that has this address, if any has."""
    try:
        account = canonical(address)
    except AddressRefused:
        account = address
    return Attempt(Purpose.SIGN_IN, account, client_address(request))


def attempt_on(request: HttpRequest, purpose: Purpose, person: User) -> Attempt:
    return Attempt(purpose, str(person.pk), client_address(request))


def begin(request: HttpRequest, attempt: Attempt, person: User | None) -> None:
    """Count the attempt. The first one that is too many is recorded, not each. Raises TooManyAttempts."""
    try:
        attempts.begin(attempt, now=timezone.now())
    except TooManyAttempts as refusal:
        if refusal.is_first:
            record(request, PERSON_LOCKED_OUT, person, tried=attempt.purpose.value)
        raise


def succeed(attempt: Attempt) -> None:
    """Forget the failures before."""
    attempts.succeed(attempt, now=timezone.now())
