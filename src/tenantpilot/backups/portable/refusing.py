"""The error of an archive that is not taken."""

from tenantpilot.core.errors import ReasonedError


class ArchiveRefused(ReasonedError):
    """Nothing of the archive was stored. The reason code says why."""

    def __init__(self, reason_code: str) -> None:
        super().__init__(reason_code=reason_code)
