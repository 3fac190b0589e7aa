"""The forms of exports and imports of backup sets."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.backups.portable.encrypting import HEADER, LEAST_PASSPHRASE, LONGEST_PASSPHRASE, KeyRefused
from tenantpilot.backups.portable.services import Protection, lines_of


class ExportForm(forms.Form):
    """The protection of an archive: recipients, or a passphrase."""

    recipients = forms.CharField(
        label=gettext_lazy("Recipients"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("One a line, such as age1… of age-keygen. Only the secret half opens the file."),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Or a passphrase"),
        required=False,
        max_length=LONGEST_PASSPHRASE,
        help_text=gettext_lazy("At least 20 characters. It is forgotten when the file is made."),
    )
    with_secrets = forms.BooleanField(
        label=gettext_lazy("With the secrets of the policies, for recipients alone"), required=False
    )

    def __init__(self, *args: Any, may_take_secrets: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._may_take_secrets = may_take_secrets

    def clean(self) -> None:
        if self.errors:
            return
        values = self.cleaned_data
        if values["with_secrets"] and not self._may_take_secrets:
            raise forms.ValidationError(_("You may not export secrets. An owner of the tenant may."))
        if not values["recipients"].strip() and not values["passphrase"]:
            raise forms.ValidationError({"recipients": _("Name a recipient, or choose a passphrase below.")})
        if values["passphrase"] and len(values["passphrase"]) < LEAST_PASSPHRASE:
            raise forms.ValidationError({"passphrase": _("A passphrase has at least 20 characters.")})
        try:
            self.protection.require_sound()
        except KeyRefused as refused:
            raise forms.ValidationError({"recipients": str(refused)}) from refused

    @property
    def protection(self) -> Protection:
        values = self.cleaned_data
        return Protection(tuple(lines_of(values["recipients"])), values["passphrase"], values["with_secrets"])


class ArchiveForm(forms.Form):
    """An archive, and the key that opens it."""

    archive = forms.FileField(
        label=gettext_lazy("Archive"),
        help_text=gettext_lazy("A file that an export of a backup set made. Its name ends in .zip.age."),
        error_messages={"empty": gettext_lazy("The file is empty. Choose the archive again.")},
    )
    key = forms.CharField(
        label=gettext_lazy("Identity or passphrase"),
        max_length=LONGEST_PASSPHRASE,
        help_text=gettext_lazy("AGE-SECRET-KEY-1… of a recipient, or the passphrase. It is forgotten afterwards."),
    )

    def clean_archive(self) -> Any:
        file = self.cleaned_data["archive"]
        if file.read(len(HEADER)) != HEADER:
            raise forms.ValidationError(_("This file is not encrypted with age. Choose the archive of an export."))
        file.seek(0)
        return file
