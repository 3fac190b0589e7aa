"""The roots of our exceptions."""

from collections.abc import Mapping

Params = Mapping[str, str | int]


class TenantPilotError(Exception):
    """Root of every error that we raise on purpose."""


class ReasonedError(TenantPilotError):
    """An error that a reason code of the catalogue explains.

    `params` fill the placeholders of the reason's text. They are stored and shown, so they hold
    only what is known to be harmless: HTTP status, known error codes, request ids, counts, our own
    ids. Text that came from outside stays on the exception and is never put there (OPS-12).
    """

    reason_code: str = "internal_error"

    def __init__(self, text: str = "", *, reason_code: str | None = None, params: Params | None = None) -> None:
        super().__init__(text or reason_code or self.reason_code)
        if reason_code is not None:
            self.reason_code = reason_code
        self.params: Params = dict(params or {})
