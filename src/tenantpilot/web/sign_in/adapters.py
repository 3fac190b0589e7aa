"""The adapters of django-allauth: who comes in, and how seeds of second factors are kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy import accounts
from tenantpilot.tenancy.attempts import Purpose, TooManyAttempts
from tenantpilot.tenancy.audit_actions import (
    PERSON_PASSWORD_REFUSED,
    PERSON_SIGN_IN_FAILED,
    PERSON_SIGNED_IN,
    PERSON_SIGNED_OUT,
)
from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.second_factors import open_seed, seal_seed
from tenantpilot.web.frame.addresses import own_path
from tenantpilot.web.frame.proxies import client_address
from tenantpilot.web.sign_in import events

TOO_MANY = _("Too many attempts. Wait five minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by an owner or at a shell, never by signing up; every way in and out is recorded."""

    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": TOO_MANY}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages and forms alone: no answer in JSON."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Lead on to this host only, not to another of ours."""
        return bool(url) and bool(own_path(context.request, url))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out says enough by itself; there is no fourth feedback surface."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail leaves this installation, and no page promises any."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        address = str(credentials.get("email", ""))
        self._begin(request, events.sign_in_attempt(request, address), User.objects.of_address(address))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person, also one who is switched off: `pre_login` refuses them. Raises ValidationError."""
        person: User | None = super().authenticate(request, **credentials)
        if person is not None:
            events.succeed(events.sign_in_attempt(request, str(credentials.get("email", ""))))
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        person = User.objects.of_address(str(credentials.get("email", "")))
        events.record(request, PERSON_SIGN_IN_FAILED, person)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if not user.is_active:
            events.record(request, PERSON_SIGN_IN_FAILED, user, reason="switched_off")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        events.record(request, PERSON_SIGNED_IN, user, by=_means_of(request))

    def logout(self, request: HttpRequest) -> None:
        events.record(request, PERSON_SIGNED_OUT, _person(request))
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        actor, client = _person(self.request), client_address(self.request)
        accounts.change_password(user, password, actor=actor, client=client, now=timezone.now())

    def reauthenticate(self, user: User, password: str) -> bool:
        """Say if this is the person's password. Raises ValidationError after too many wrong ones."""
        request = context.request
        attempt = events.attempt_on(request, Purpose.OWN_PASSWORD, user)
        self._begin(request, attempt, user)
        if not user.check_password(password):
            events.record(request, PERSON_PASSWORD_REFUSED, user)
            return False
        events.succeed(attempt)
        return True

    def _begin(self, request: HttpRequest, attempt: Any, person: User | None) -> None:
        try:
            events.begin(request, attempt, person)
        except TooManyAttempts:
            raise self.validation_error("too_many_login_attempts") from None


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Seeds are sealed with the sealing keys, for the person whose request it is."""

    def encrypt(self, text: str) -> str:
        return seal_seed(text, person_id=_whose())

    def decrypt(self, encrypted_text: str) -> str:
        """Raises CannotOpen."""
        return open_seed(encrypted_text, person_id=_whose())

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Return the name that is offered for a further passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _whose() -> int:
    """Return the person who is signed in, or who gave the password and is asked for the second factor."""
    stage = getattr(context.request, "_login_stage", None)
    return int((stage.login.user if stage else context.request.user).pk)


def _means_of(request: HttpRequest) -> str:
    """By what this session came in, as the library keeps it: "password", "password, totp"."""
    methods = request.session.get("account_authentication_methods") or []
    return ", ".join(str(means.get("type") or means.get("method")) for means in methods)
