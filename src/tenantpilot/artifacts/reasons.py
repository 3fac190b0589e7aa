"""Reason codes of files."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        reason("archive_gone", "The uploaded archive is not kept any more.", Owner.OPERATOR, "Upload it again."),
        reason("upload_unreadable", "The key that sealed the uploaded file is gone, or the stored file was changed.", Owner.PLATFORM_OPERATOR, "Bring back the sealing key of this installation, then upload the file again."),
    ]
)  # fmt: skip
