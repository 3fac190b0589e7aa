"""The page of one's own account, and ending one's own sessions."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import HASH_SESSION_KEY
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.tenancy import accounts
from tenantpilot.web.account.devices import device_words
from tenantpilot.web.frame.access import SignedInRequest, signed_in

Type = Authenticator.Type


@dataclass(frozen=True)
class SessionLine:
    """A session as its person sees it."""

    pk: int
    device: str
    address: str
    began_at: datetime
    is_this: bool


@dataclass(frozen=True)
class Passkey:
    pk: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class AccountPage:
    """All that the page shows."""

    has_password: bool
    has_codes: bool
    has_recovery_codes: bool
    passkeys: list[Passkey]
    sessions: list[SessionLine]

    @property
    def has_second_factor(self) -> bool:
        return self.has_codes or bool(self.passkeys)

    @property
    def has_other_sessions(self) -> bool:
        return any(not session.is_this for session in self.sessions)


@require_GET
@signed_in
def account(request: SignedInRequest) -> HttpResponse:
    """Show how the person signs in, and where they are signed in now."""
    context = {"heading": _("Your account"), "page": _page(request)}
    return render(request, "web/account/page.html", context)


@require_POST
@signed_in
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign the person out everywhere else, also where no session is listed."""
    key = request.session.session_key or ""
    accounts.end_sessions(request.user, actor=request.user, now=timezone.now(), keep=key)
    request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
    return redirect("mfa_index")


@require_POST
@signed_in
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Sign the person out on one device."""
    if not accounts.end_session(request.user, session_id, actor=request.user, now=timezone.now()):
        raise Http404
    return redirect("mfa_index")


def _page(request: SignedInRequest) -> AccountPage:
    factors = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    kinds = {factor.type for factor in factors}
    return AccountPage(
        has_password=request.user.has_usable_password(),
        has_codes=Type.TOTP in kinds,
        has_recovery_codes=Type.RECOVERY_CODES in kinds,
        passkeys=[_passkey(factor) for factor in factors if factor.type == Type.WEBAUTHN],
        sessions=_sessions(request),
    )


def _passkey(factor: Authenticator) -> Passkey:
    return Passkey(factor.pk, str(factor.data.get("name", "")), factor.created_at, factor.last_used_at)


def _sessions(request: SignedInRequest) -> list[SessionLine]:
    current_key = request.session.session_key
    return [
        SessionLine(live.pk, device_words(live.user_agent), live.ip, live.created_at, live.session_key == current_key)
        for live in accounts.sessions_of(request.user)
    ]
