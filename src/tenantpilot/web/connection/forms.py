"""Forms of the steps of a connection."""

from datetime import UTC, datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.tenancy.credential_checks import CredentialRefused
from tenantpilot.tenancy.models import TenantCredential
from tenantpilot.web.ui.tables.fields import DayField

LONGEST_CERTIFICATE = 16_384
_COPY_THE_ID = gettext_lazy("Copy the id from the application's overview page in Entra.")


class ApplicationForm(forms.Form):
    """The application that was registered in the directory."""

    client_id = forms.UUIDField(label=gettext_lazy("Application (client) id"), error_messages={"invalid": _COPY_THE_ID})


class CredentialForm(ApplicationForm):
    """A client secret, or a certificate with its private key in PEM; one of the two."""

    secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=256,
        required=False,
        strip=True,
        help_text=gettext_lazy("The value that Entra shows once, not the id of the secret."),
    )
    expires_on = DayField(
        label=gettext_lazy("The secret expires on"),
        required=False,
        help_text=gettext_lazy("As Entra shows it. TenantPilot warns 30 days before."),
    )
    certificate = forms.CharField(
        label=gettext_lazy("Or a certificate and its private key"),
        max_length=LONGEST_CERTIFICATE,
        required=False,
        help_text=gettext_lazy("Both in PEM, one after the other. The key is RSA and has no passphrase."),
    )

    def clean(self) -> None:
        if bool(self.cleaned_data.get("secret")) == bool(self.cleaned_data.get("certificate", "")) and not self.errors:
            raise ValidationError(_("Enter a client secret, or a certificate with its private key: one of the two."))

    def refuse(self, refusal: CredentialRefused) -> None:
        """Show at its field why the credential was not kept."""
        self.add_error(refusal.about if refusal.about in self.fields else None, str(refusal))

    @property
    def kind(self) -> TenantCredential.Kind:
        kinds = TenantCredential.Kind
        return kinds.CERTIFICATE if self.cleaned_data["certificate"] else kinds.SECRET

    @property
    def secret_text(self) -> str:
        return str(self.cleaned_data["certificate"] or self.cleaned_data["secret"])

    @property
    def expires_at(self) -> datetime | None:
        """The end of the day is not promised: it counts from its beginning, in UTC."""
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day, time(), UTC) if day else None
