"""Authenticate a person by address and password."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from tenantpilot.tenancy.models import User


class AddressBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """The person's own row has the one address that counts: no table of further ones is asked (SEC-09)."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        person: AbstractBaseUser | None = self._check_password(User.objects.of_address(email), password)
        return person
