"""Links that work once: an invitation, the recovery of an account, the first set-up of an installation.

A link's token names its row and carries a mark that only this installation's secret key makes: the database holds
nothing that opens anything. A row is used once, by one statement, and ends with time or when somebody withdraws it.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.tenancy.roles import Role

INVITATION_LASTS = timedelta(days=7)
ACCOUNT_LINK_LASTS = timedelta(days=1)


class LinkNotValid(TenantPilotError):
    """The link was used, is too old, was withdrawn, or is none of ours. Which of these is told to nobody."""

    def __init__(self) -> None:
        super().__init__("This link is no longer valid.")


def new_nonce() -> str:
    """Return the random part that makes a link different from all others of its row."""
    return secrets.token_hex(16)


class LinkQuerySet(models.QuerySet[Any]):
    """Questions about links, the same for every kind of them."""

    def open_at(self, now: datetime) -> Self:
        return self.filter(ended_at=None, expires_at__gt=now)

    def of_token(self, token: str, *, now: datetime) -> Any:
        """Return the open link that the token names. Raises LinkNotValid."""
        number, _dash, _mark = token.partition("-")
        link = self.open_at(now).filter(pk=int(number)).first() if _is_id(number) else None
        if link is None or not constant_time_compare(link.token, token):
            raise LinkNotValid
        return link

    def use(self, link: Any, *, now: datetime) -> None:
        """Spend the link. Of several at once one gets it. Raises LinkNotValid."""
        if not self.open_at(now).filter(pk=link.pk).update(ended_at=now, used_at=now):
            raise LinkNotValid

    def withdraw(self, *, now: datetime) -> int:
        """End those of these links that are not at their end yet, and return how many."""
        return self.filter(ended_at=None).update(ended_at=now)


class OneTimeLink(models.Model):
    """Columns that every kind of link has. `ended_at` without `used_at`: it was withdrawn."""

    nonce = models.CharField(max_length=32, default=new_nonce)
    made_by = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When the mail server took a mail with the link; see `mailing`.
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        salt = f"tenantpilot.link.{self._meta.db_table}"
        return f"{self.pk}-{salted_hmac(salt, f'{self.pk}|{self.nonce}', algorithm='sha256').hexdigest()}"

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and self.expires_at > now


class Invitation(WorkspaceOwned, OneTimeLink):
    """A role in a workspace, or in one of its tenants, for whoever has the address."""

    workspace = models.ForeignKey("tenancy.Workspace", on_delete=models.CASCADE, related_name="invitations")
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.CASCADE, null=True, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=Role.choices)

    objects: ClassVar[LinkQuerySet] = scoped(LinkQuerySet)
    everywhere: ClassVar[LinkQuerySet] = unscoped(LinkQuerySet)

    class Meta(WorkspaceOwned.Meta):
        app_label = "tenancy"
        db_table = "invitations"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(ended_at=None, tenant=None),
                name="invitation_once_to_workspace",
            ),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=Q(ended_at=None, tenant__isnull=False),
                name="invitation_once_to_tenant",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def place(self) -> str:
        """The name of the tenant or workspace."""
        return str((self.tenant or self.workspace).name)


class AccountLink(OneTimeLink):
    """A way into one account, or into an installation that has none yet."""

    class Kind(models.TextChoices):
        SETUP = "setup", "First set-up"
        RECOVERY = "recovery", "Recovery of an account"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    person = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, null=True, related_name="+")
    removes_second_factor = models.BooleanField(default=False)

    objects: ClassVar[LinkQuerySet] = unscoped(LinkQuerySet)

    class Meta:
        app_label = "tenancy"
        db_table = "account_links"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="setup", person=None) | Q(kind="recovery", person__isnull=False),
                name="account_link_kind_known",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None, person__isnull=False), name="account_link_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
