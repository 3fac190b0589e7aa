"""People: e-mail sign-in, no usernames."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.addresses import AddressRefused, canonical


class UserManager(BaseUserManager["User"]):
    """Creates people and finds them. An address is kept and looked up in one spelling, so that nobody exists twice."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Without a password the person can only sign in by other means. Raises AddressRefused."""
        person = self.model(email=canonical(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def of_address(self, address: str) -> "User | None":
        """Return the person with this address, however its letters are written, else None."""
        try:
            return self.filter(email=canonical(address)).first()
        except AddressRefused:
            return None

    def get_by_natural_key(self, username: str | None) -> "User":
        person = self.of_address(username or "")
        if person is None:
            raise self.model.DoesNotExist
        return person


class User(AbstractBaseUser):
    """A person. What they may do comes from their memberships; platform operators see no tenant by it."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(default=True)
    is_platform_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    # How often all sessions of the person were ended: each session holds a mark of it.
    sessions_ended = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        app_label = "tenancy"
        db_table = "users"
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return Django's mark, until sessions were ended for the first time; then one of that count as well."""
        mark: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # the stubs leave it out
        if not self.sessions_ended:
            return mark
        counted = f"{mark}|{self.sessions_ended}"
        return salted_hmac("tenantpilot.sessions", counted, secret=secret, algorithm="sha256").hexdigest()
