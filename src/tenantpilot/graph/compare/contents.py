"""All that a payload says, one entry for one value: for an object that is created there is nothing to compare with."""

from collections.abc import Iterator, Mapping
from typing import Any

from tenantpilot.graph.compare.align import label_of
from tenantpilot.graph.compare.differences import SECRET, Difference, Kind
from tenantpilot.graph.compare.form import form_of
from tenantpilot.graph.compare.items import canonical, is_scalar_like, key_of
from tenantpilot.graph.compare.scalars import MASK, plain
from tenantpilot.graph.contracts.model import Contract

UNSET = (None, "", "notConfigured", "userDefined")
"""What says that nobody has set a property."""
NAMES_ONLY = ("@odata.type", "definitionId", "settingDefinitionId")
"""What tells an object apart, and stands in its path."""


def contents(contract: Contract, payload: Mapping[str, Any]) -> list[Difference]:
    """Return the values of a payload, as differences that add them: its assignments first, then in order of paths."""
    values = list(_of_object("", form_of(contract, payload).tree, ""))
    return sorted(values, key=lambda value: (not value.path.startswith("assignments["), value.path))


def _of_object(path: str, value: Mapping[str, Any], label: str) -> Iterator[Difference]:
    for name, inner in value.items():
        if name not in NAMES_ONLY and not (name == "id" and path.endswith("]")):
            yield from _of_value(f"{path}.{name}" if path else name, name, inner, label)


def _of_value(path: str, name: str, value: Any, label: str) -> Iterator[Difference]:
    if isinstance(value, dict):
        yield from _of_object(path, value, label)
    elif isinstance(value, list):
        yield from _of_list(path, name, value, label)
    elif value not in UNSET:
        yield _added(path, value, label)


def _of_list(path: str, name: str, items: list[Any], label: str) -> Iterator[Difference]:
    key = key_of(name, items)
    for place, item in enumerate(items):
        if name == "assignments" or is_scalar_like(item):
            yield _added(f"{path}[{key(item) if key else canonical(plain(item))}]", item, label)
        else:
            below = f"{path}[{key(item) if key else place}]"
            yield from _of_value(below, name, item, _label_of(item) or label)


def _label_of(item: Any) -> str:
    """Return the name of an item; its id says nothing to a person."""
    label = label_of(item)
    return "" if isinstance(item, dict) and label == item.get("id") else label


def _added(path: str, value: Any, label: str) -> Difference:
    return Difference(path, None, SECRET if value == MASK else plain(value), Kind.ADDED, label)
