"""Reason codes of imports."""

from django.utils.translation import gettext_noop

from tenantpilot.core.reasons import Owner, Reason, ReasonCatalog

ReasonCatalog.add(
    [
        Reason(
            "archive_refused",
            gettext_noop("It is no ZIP archive that can be read: it is damaged, encrypted, or of another kind."),
            Owner.OPERATOR,
            gettext_noop("Pack the folder as a plain ZIP archive and upload it again. Nothing was imported."),
        ),
        Reason(
            "archive_unsafe",
            gettext_noop("The archive holds a link, or a path that leads out of it, so nothing of it was read."),
            Owner.OPERATOR,
            gettext_noop("Ask where the archive comes from. Pack the files anew if you trust them."),
        ),
        Reason(
            "too_large",
            gettext_noop("It is larger than what is taken: 20,000 files, 8 MB a file, 512 MB unpacked."),
            Owner.OPERATOR,
            gettext_noop("Split the archive, and leave out what is no policy."),
        ),
        Reason(
            "not_a_policy",
            gettext_noop("The file is no policy that TenantPilot knows."),
            Owner.NOBODY,
            gettext_noop("Nothing has to be done, unless you expected a policy there."),
        ),
        Reason(
            "library_gone",
            gettext_noop("The library was removed before the import began."),
            Owner.OPERATOR,
            gettext_noop("Import the archive again; a new library of this name is made for it."),
        ),
        Reason(
            "no_number",
            gettext_noop("The file holds NaN, Infinity or a number that is too large, none of which JSON has."),
            Owner.OPERATOR,
            gettext_noop("Write a number or null in its place, and import the archive again."),
        ),
        Reason(
            "nested_too_deep",
            gettext_noop("The file is nested more than 64 levels deep, and no policy is."),
            Owner.OPERATOR,
            gettext_noop("Leave the file out, or export the policy again, and import the archive again."),
        ),
        Reason(
            "no_policies",
            gettext_noop("No policy was found in the archive, so nothing was kept of it."),
            Owner.OPERATOR,
            gettext_noop("Choose an archive that IntuneManagement, IntuneCD or TenantPilot made."),
        ),
    ]
)
