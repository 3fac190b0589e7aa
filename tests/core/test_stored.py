"""Data that is stored: read by its own form, of any older version, and refused by name where it is none of ours."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from tenantpilot.core.stored import StoredData, StoredDataUnreadable
from tenantpilot.inventory.connecting.operations import ConnectionCheckpoint
from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.inventory.selecting import IgnoreInputs, PolicyFilter, UnignoreInputs
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.retention.checkpoints import RetentionCheckpoint
from tenantpilot.operations.types import NoInputs


@dataclass(frozen=True)
class Cut(StoredData):
    """A form that has changed twice."""

    VERSION: ClassVar[int] = 3
    length: int
    name: str = ""

    @classmethod
    def upgraded(cls, form: Any, version: int) -> Any:
        return {"length": form["width"], "name": form.get("name", f"of version {version}")}


STORED_BY_THE_LAST_RELEASE = [
    (SyncInputs(("settingsCatalog", "group")), {"policy_types": ["settingsCatalog", "group"]}),
    (SyncInputs(), {}),
    (IgnoreInputs(("7", "12"), "Not ours"), {"policies": ["7", "12"], "reason": "Not ours"}),
    (IgnoreInputs(PolicyFilter(q="a")), {"policies": {"q": "a"}, "reason": ""}),
    (UnignoreInputs(PolicyFilter(care="ignored")), {"policies": {"care": "ignored"}}),
    (UnignoreInputs(PolicyFilter()), {"policies": {}}),
    (NoInputs(), {}),
    (RetentionCheckpoint(417), 417),
    (ConnectionCheckpoint(), {"kept": True}),
    (ItemsCheckpoint(12), {"items": 12}),
]


@pytest.mark.parametrize(("data", "stored"), STORED_BY_THE_LAST_RELEASE)
def test_what_the_last_release_stored_is_read(data: StoredData, stored: object) -> None:
    assert type(data).from_json(stored) == data


@pytest.mark.parametrize("data", [data for data, _stored in STORED_BY_THE_LAST_RELEASE] + [Cut(3, "a")])
def test_what_is_stored_is_read_back(data: StoredData) -> None:
    assert type(data).from_json(data.to_json()) == data


def test_the_first_version_is_stored_without_a_version() -> None:
    """An identity hash and the workers of the last release go by the same JSON as before."""
    assert SyncInputs(("group",)).to_json() == {"policy_types": ["group"]}
    assert UnignoreInputs(PolicyFilter(q="a")).to_json() == {"policies": {"q": "a"}}
    assert Cut(3).to_json() == {"version": 3, "length": 3, "name": ""}


def test_an_older_form_is_upgraded() -> None:
    assert Cut.from_json({"width": 3}) == Cut(3, "of version 1")
    assert Cut.from_json({"width": 3, "version": 2}) == Cut(3, "of version 2")


REFUSED: list[tuple[type[StoredData], object]] = [
    (Cut, {"version": 4, "length": 3}),
    (Cut, {"version": "3", "length": 3}),
    (Cut, {"version": True, "length": 3}),
    (Cut, {"version": 2, "height": 3}),
    (Cut, {"version": 3, "length": "3"}),
    (Cut, {"version": 3, "length": 3, "colour": "red"}),
    (SyncInputs, {"policy_types": 7}),
    (SyncInputs, {"policy_types": ["retiredType"]}),
    (SyncInputs, {"version": 2, "policy_types": []}),
    (SyncInputs, ["settingsCatalog"]),
    (SyncInputs, None),
    (IgnoreInputs, {"reason": "x"}),
    (IgnoreInputs, {"policies": ["seven"]}),
    (IgnoreInputs, {"policies": [7]}),
    (UnignoreInputs, {"policies": {"colour": "red"}}),
    (NoInputs, {"policies": []}),
    (RetentionCheckpoint, "seventeen"),
]


@pytest.mark.parametrize(("data_type", "stored"), REFUSED)
def test_bad_data_is_refused_by_the_name_of_its_class(data_type: type[StoredData], stored: object) -> None:
    """Nothing of what is stored is in the text, and no other error is its cause."""
    with pytest.raises(StoredDataUnreadable, match=data_type.__name__) as refused:
        data_type.from_json(stored)
    assert refused.value.reason_code == "stored_data_unreadable"
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "red" not in str(refused.value)
    assert "seven" not in str(refused.value)
