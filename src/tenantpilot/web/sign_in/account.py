"""The pages of one's own account: django-allauth's steps, each routed by itself and drawn by us (SEC-07)."""

from typing import Any

from allauth.account import views as account
from allauth.account.views import PasswordChangeView
from allauth.mfa.base import views as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy

from tenantpilot.tenancy.audit_actions import (
    PERSON_PASSKEY_ADDED,
    PERSON_PASSKEY_REMOVED,
    PERSON_RECOVERY_CODES_MADE,
    PERSON_SECOND_FACTOR_ADDED,
    PERSON_SECOND_FACTOR_REMOVED,
)
from tenantpilot.web.sign_in import events

sign_in = account.login
sign_out = account.logout
switched_off = account.account_inactive
confirm_by_password = account.reauthenticate
confirm_by_code = factors.reauthenticate
recovery_codes = ViewRecoveryCodesView.as_view()


Type = Authenticator.Type


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # allauth ships no types
    """Own password. All other sessions of the person end."""

    success_url = reverse_lazy("mfa_index")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return render(request, "account/no_password.html")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_default_success_url(self) -> str:
        return str(self.success_url)


class TurnOn(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Begin to ask for a code of a device at each sign-in."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, PERSON_SECOND_FACTOR_ADDED, self.request.user)
        return answer


class TurnOff(DeactivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Ask for the password alone again."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, PERSON_SECOND_FACTOR_REMOVED, self.request.user)
        return answer


class SecondStep(factors.AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in, by a code or a passkey: whichever the person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        has = {"has_codes": Type.TOTP in kinds, "has_passkeys": Type.WEBAUTHN in kinds}
        return {**super().get_context_data(**kwargs), **has}


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """A further passkey of the person."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "form": kwargs.get("form") or context["form"], "is_possible": _keeps_passkeys(self.request)}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, PERSON_PASSKEY_ADDED, self.request.user)
        return answer


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """Remove a passkey."""

    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, PERSON_PASSKEY_REMOVED, self.request.user)
        return answer


class ConfirmByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """Asked again before something that matters. What was refused is said on the page itself."""

    def form_invalid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = self.render_to_response({**self.get_context_data(), "form": form})
        return answer


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth ships no types
    """Ten codes in the place of those before."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, PERSON_RECOVERY_CODES_MADE, self.request.user)
        return answer


change_password = ChangePassword.as_view()
second_step = SecondStep.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()
turn_on = TurnOn.as_view()
turn_off = TurnOff.as_view()
new_recovery_codes = NewRecoveryCodes.as_view()


def _keeps_passkeys(request: HttpRequest) -> bool:
    """Browsers keep passkeys for the name of a host, behind TLS or on this machine itself."""
    name = request.get_host().partition(":")[0]
    is_number = name.startswith("[") or name.replace(".", "").isdigit()
    return not is_number and (request.is_secure() or name == "localhost")
