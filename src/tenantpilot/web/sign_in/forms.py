"""The forms of one's own account. Each secret that could be guessed at is counted before it is looked at."""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy import attempts
from tenantpilot.tenancy.attempts import Purpose, TooManyAttempts
from tenantpilot.tenancy.audit_actions import PERSON_SECOND_FACTOR_FAILED
from tenantpilot.tenancy.sealing import CannotOpen
from tenantpilot.tenancy.second_factors import MARK
from tenantpilot.web.sign_in import events
from tenantpilot.web.sign_in.adapters import TOO_MANY, AccountAdapter
from tenantpilot.web.ui.names import NameField

UNREADABLE = _("Your second factor cannot be checked: its key is missing. An operator can remove it at a shell.")
SPENT = _("This code was used already. Wait for the next one.")


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Own password: the one before is asked for, and counted like at the sign-in."""

    def clean_oldpassword(self) -> str:
        password = str(self.cleaned_data.get("oldpassword", ""))
        adapter = AccountAdapter(context.request)
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("enter_current_password")
        return password


class CountedCode:
    """A code of the second factor, counted and spent in the database, where all web processes look."""

    user: Any

    def clean_code(self) -> str:
        """Raises ValidationError."""
        request = context.request
        attempt = events.attempt_on(request, Purpose.SECOND_FACTOR, self.user)
        try:
            events.begin(request, attempt, self.user)
            code = str(super().clean_code())  # type: ignore[misc]  # allauth ships no types
        except TooManyAttempts:
            raise ValidationError(TOO_MANY) from None
        except CannotOpen:
            raise ValidationError(UNREADABLE) from None
        except ValidationError:
            events.record(request, PERSON_SECOND_FACTOR_FAILED, self.user)
            raise
        if not attempts.is_first_use(code, account=str(self.user.pk), now=timezone.now()):
            raise ValidationError(SPENT)
        events.succeed(attempt)
        return code


class CodeForm(CountedCode, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in."""


class CodeAgainForm(CountedCode, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """Asked again before something that matters."""


class TurnOnForm(CountedCode, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    """The first code of a new device. Until then the session keeps the seed, sealed."""

    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session = context.request.session
        if self.secret.startswith(f"{MARK}:"):
            self.secret = get_adapter().decrypt(self.secret)
        else:
            session[SECRET_SESSION_KEY] = get_adapter().encrypt(self.secret)


# What the library's parts raise for an answer of a browser that is none.
UNREADABLE_ANSWER = (AttributeError, KeyError, TypeError, ValueError)
REFUSED = _("The passkey was refused. Try again.")


class SignedByPasskey:
    """The answer of a passkey to the challenge of this session."""

    user: Any

    def clean_credential(self) -> Any:
        """Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth ships no types
        except ValidationError:
            events.record(context.request, PERSON_SECOND_FACTOR_FAILED, self.user)
            raise ValidationError(REFUSED) from None
        except UNREADABLE_ANSWER:
            raise ValidationError(REFUSED) from None


class PasskeyForm(SignedByPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in."""


class PasskeyAgainForm(SignedByPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Asked again before something that matters."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey that the browser has just made."""

    name = NameField(label=_("Name of the passkey"), required=False, max_length=60)

    def clean(self) -> Any:
        """Raises ValidationError."""
        try:
            return super().clean()
        except (ValidationError, *UNREADABLE_ANSWER):
            raise ValidationError(REFUSED) from None
