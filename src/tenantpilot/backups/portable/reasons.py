"""Reason codes of exported and imported backup sets."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        reason("wrong_key", "The key does not open the archive.", Owner.OPERATOR, "Give the identity of one of its recipients, or its passphrase."),
        reason("key_gone", "The passphrase or identity was kept for one run alone.", Owner.OPERATOR, "Start the export or import again, and give it again."),
        reason("archive_truncated", "The archive is cut off, or was changed after it was encrypted.", Owner.OPERATOR, "Use another copy of the file."),
        reason("not_a_set_archive", "The file is no archive of a backup set, or holds what such an archive never holds.", Owner.OPERATOR, "Choose a file that an export of a backup set made."),
        reason("archive_changed", "The files in the archive are not those that its manifest names.", Owner.OPERATOR, "Use another copy of the file, and find out who changed this one."),
        reason("archive_version", "The archive holds what this version of TenantPilot does not know.", Owner.PLATFORM_OPERATOR, "Update TenantPilot, then import it again."),
        reason("too_large_for_passphrase", "The set is too large to be encrypted with a passphrase.", Owner.OPERATOR, "Name a recipient instead: age-keygen makes one."),
        reason("other_directory", "The archive is of another Entra tenant.", Owner.OPERATOR, "Import it into the tenant that it was made of."),
    ]
)  # fmt: skip
