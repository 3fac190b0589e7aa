"""The pages of one's own account: django-allauth's steps, each routed by itself and drawn by us (SEC-07)."""

from typing import Any

from allauth.account import views as account
from allauth.account.views import PasswordChangeView
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy

from tenantpilot.web.sign_in import events

sign_in = account.login
sign_out = account.logout
switched_off = account.account_inactive
confirm_by_password = account.reauthenticate
second_step = factors.authenticate
confirm_by_code = factors.reauthenticate
overview = factors.index
recovery_codes = ViewRecoveryCodesView.as_view()


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
        events.record(self.request, "person.second_factor_added", self.request.user)
        return answer


class TurnOff(DeactivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Ask for the password alone again."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, "person.second_factor_removed", self.request.user)
        return answer


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth ships no types
    """Ten codes in the place of those before."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        events.record(self.request, "person.recovery_codes_made", self.request.user)
        return answer


change_password = ChangePassword.as_view()
turn_on = TurnOn.as_view()
turn_off = TurnOff.as_view()
new_recovery_codes = NewRecoveryCodes.as_view()
