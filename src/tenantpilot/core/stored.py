"""Data that is stored as JSON and may be read by another version: inputs of runs and schedules, checkpoints."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from tenantpilot.core.errors import ReasonedError, TenantPilotError

VERSION_KEY = "version"


class StoredDataUnreadable(ReasonedError):
    """Another version of TenantPilot stored it, or its form is not the one that its class declares.

    Its text names the class and nothing of what is stored.
    """

    reason_code = "stored_data_unreadable"


class StoredData:
    """Base of frozen dataclasses that are stored as JSON. Their annotations are the form that is read.

    A new form raises `VERSION`, and `upgraded` turns the older ones into it. What has no version is version 1,
    and version 1 is stored without one.
    """

    VERSION: ClassVar[int] = 1
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON knows them, with the version. Raises ValueError for values of another type."""
        stored: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json", warnings="error")
        return stored if self.VERSION == 1 else {VERSION_KEY: self.VERSION, **stored}

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Return the data that `to_json` of this version or an older one gave. Raises StoredDataUnreadable."""
        version, form = _version_and_form(stored)
        try:
            if version < cls.VERSION:
                form = cls.upgraded(form, version)
            elif version > cls.VERSION:
                raise StoredDataUnreadable(f"{cls.__name__} of version {version}")
            data: Self = _adapter(cls).validate_json(json.dumps(form), strict=True)
        except StoredDataUnreadable:
            raise
        except (ValueError, TypeError, LookupError, RecursionError, TenantPilotError):
            raise StoredDataUnreadable(f"{cls.__name__} of another form") from None
        return data

    @classmethod
    def upgraded(cls, form: Any, version: int) -> Any:  # noqa: ARG003 for those that have an older form
        """Return data of an older version in the form of this one."""
        raise StoredDataUnreadable(f"{cls.__name__} of version {version}")


def _version_and_form(stored: object) -> tuple[int, Any]:
    if not isinstance(stored, Mapping):
        return 1, stored
    version = stored.get(VERSION_KEY, 1)
    form = {name: value for name, value in stored.items() if name != VERSION_KEY}
    return (version, form) if type(version) is int else (0, form)


_adapters: dict[type[StoredData], Any] = {}


def _adapter(data_type: type[StoredData]) -> Any:
    """Return the reader and writer of a class. Pydantic is imported with the first, and not by every command."""
    if data_type not in _adapters:
        from pydantic import TypeAdapter

        _adapters[data_type] = TypeAdapter(data_type)
    return _adapters[data_type]
