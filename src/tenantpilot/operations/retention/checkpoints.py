"""The checkpoint of the retention."""

from dataclasses import dataclass
from typing import Any, ClassVar

from tenantpilot.core.stored import StoredData


@dataclass(frozen=True)
class RetentionCheckpoint(StoredData):
    """The last run of the window that was removed. Version 1 was its bare number."""

    VERSION: ClassVar[int] = 2
    last_run: int

    @classmethod
    def upgraded(cls, form: Any, version: int) -> Any:  # noqa: ARG003 there is only one that is older
        return {"last_run": form}
