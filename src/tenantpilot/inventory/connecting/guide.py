"""The way to connect a tenant, step by step: one text for the page and for docs/how-to/connect-a-tenant.md.

A test holds the two together. A step names things as Entra names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Step(StrEnum):
    """The steps, in their order."""

    DIRECTORY = "directory"
    APPLICATION = "application"
    CREDENTIAL = "credential"
    PERMISSIONS = "permissions"
    SYNC = "sync"


@dataclass(frozen=True)
class Guidance:
    """A step in words: its title, and what a person does one after the other."""

    title: Words
    lines: tuple[Words, ...]


GUIDE: Mapping[Step, Guidance] = {
    Step.DIRECTORY: Guidance(
        _("Name the directory"),
        (
            _("Sign in to the Entra admin center as an administrator of the tenant."),
            _("Copy the tenant id from the overview page, and enter it here."),
            _("Choose the cloud that the tenant lives in. Most live in the global one."),
        ),
    ),
    Step.APPLICATION: Guidance(
        _("Register the application"),
        (
            _("In Entra, open App registrations and choose New registration."),
            _("Name it TenantPilot, and choose accounts in this organizational directory only."),
            _("Add the redirect address that is shown here, of the kind Web. Consent ends there."),
            _("Open API permissions, then Add a permission, Microsoft Graph, Application permissions."),
            _("Add each permission of the list."),
            _("Copy the application (client) id from the overview page of the application, and enter it here."),
            _("Open the admin-consent link and accept, as a privileged role administrator of the tenant."),
        ),
    ),
    Step.CREDENTIAL: Guidance(
        _("Give it a credential"),
        (
            _("In Entra, open Certificates & secrets of the application."),
            _("Upload a certificate with an RSA key, or make a new client secret."),
            _("Enter the certificate with its private key, or the value of the secret: one of the two."),
            _("The value of a secret is shown once. Its id is not the value."),
            _("What cannot sign in is refused with the reason. What is kept is sealed and shown to nobody."),
        ),
    ),
    Step.PERMISSIONS: Guidance(
        _("Check the permissions"),
        (
            _("TenantPilot signs in and reads one object of every policy type. It writes nothing."),
            _("Grant what is missing, give admin consent again, then check again."),
        ),
    ),
    Step.SYNC: Guidance(
        _("Read the tenant for the first time"),
        (
            _("Start the first sync. It reads every policy type and writes nothing to the tenant."),
            _("From then on the tenant is read by hand or by a schedule."),
        ),
    ),
}
RESTORING: Words = _(
    "Permissions to write are asked for only once restores are switched on for this tenant. Reading needs none of them."
)
LOCKOUT_CHECK: Words = _(
    "Directory.Read.All only reads. With it a restore checks that an emergency account can still sign in: if it is "
    "enabled, and which groups and roles it is in. No narrower permission shows roles."
)
AUDIT_LOG: Words = _(
    "AuditLog.Read.All is optional and only reads. With it TenantPilot names who changed a Conditional Access policy, "
    "a named location or an authentication strength. Without it, it says that this is not known, and nothing fails."
)
