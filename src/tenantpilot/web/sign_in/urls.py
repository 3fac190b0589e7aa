"""Addresses of signing in and of one's own account.

The names are those that django-allauth looks for; no other page of it is routed (SEC-07).
"""

from django.urls import URLPattern, path

from tenantpilot.web.sign_in import account, views
from tenantpilot.web.sign_in.one_time import views as one_time

platform_plane: list[URLPattern] = [
    path("auth/link/<str:token>/", views.sign_in_link, name="sign-in-link"),
    path("auth/setup/<str:token>/", one_time.set_up, name="set-up"),
    path("auth/invitations/<str:token>/", one_time.invitation, name="accept-invitation"),
    path("auth/recovery/<str:token>/", one_time.recover, name="recover"),
    path("auth/login/", account.sign_in, name="account_login"),
    path("auth/logout/", account.sign_out, name="account_logout"),
    path("auth/inactive/", account.switched_off, name="account_inactive"),
    path("auth/password/", account.change_password, name="account_change_password"),
    path("auth/confirmation/", account.confirm_by_password, name="account_reauthenticate"),
    path("auth/2fa/", account.second_step, name="mfa_authenticate"),
    path("auth/2fa/confirmation/", account.confirm_by_code, name="mfa_reauthenticate"),
    path("auth/2fa/device/", account.turn_on, name="mfa_activate_totp"),
    path("auth/2fa/device/removal/", account.turn_off, name="mfa_deactivate_totp"),
    path("auth/2fa/passkeys/new/", account.add_passkey, name="mfa_add_webauthn"),
    path("auth/2fa/passkeys/confirmation/", account.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("auth/2fa/passkeys/<int:pk>/removal/", account.remove_passkey, name="mfa_remove_webauthn"),
    path("auth/2fa/recovery-codes/", account.recovery_codes, name="mfa_view_recovery_codes"),
    path("auth/2fa/recovery-codes/new/", account.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
