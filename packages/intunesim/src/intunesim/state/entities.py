"""Hold an object of a tenant, and take a payload apart into one."""

import copy
from dataclasses import dataclass, field

from intunesim.catalog import Child, Collection, children_of
from intunesim.json_types import Json, JsonObject


@dataclass
class Entity:
    """An object as the service keeps it: what it says itself, and what hangs below it."""

    id: str
    body: JsonObject
    children: dict[str, list[JsonObject]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Plain text of masked values, by secretReferenceValueId."""
    order: int = 0
    shipped: bool = False
    """Part of the tenant from its birth."""
    before: "Entity | None" = None
    """What reads that lag behind still see; None with stale_reads left means: nothing yet."""
    stale_reads: int = 0

    def clone(self) -> "Entity":
        """Return a copy that shares nothing with this one."""
        return Entity(
            self.id,
            copy.deepcopy(self.body),
            copy.deepcopy(self.children),
            dict(self.secrets),
            order=self.order,
            shipped=self.shipped,
        )

    def as_json(self) -> JsonObject:
        """Return the form it is kept in on disk."""
        return {
            "id": self.id,
            "body": self.body,
            "children": self.children,
            "secrets": self.secrets,
            "order": self.order,
            "shipped": self.shipped,
        }

    @classmethod
    def from_json(cls, stored: JsonObject) -> "Entity":
        """Return the reverse of as_json."""
        return cls(
            stored["id"],
            stored["body"],
            stored["children"],
            stored["secrets"],
            order=stored["order"],
            shipped=stored.get("shipped", False),
        )


def take_apart(collection: Collection, payload: JsonObject) -> tuple[JsonObject, dict[str, list[JsonObject]]]:
    """Split a payload into its own properties and its navigation properties."""
    body: JsonObject = {}
    children: dict[str, list[JsonObject]] = {}
    own = {child.name: child for child in children_of(collection, str(payload.get("@odata.type", "")))}
    for name, value in payload.items():
        child = own.get(name) or collection.child(name)
        if child is None or child.inline:
            body[name] = value
        else:
            children[child.name] = _as_list(value)
    return body, children


def _as_list(value: Json) -> list[JsonObject]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def number_children(children: dict[str, list[JsonObject]], definitions: tuple[Child, ...], owner: str) -> None:
    """Give every child that has none an id: settings count from 0, others carry their owner's id."""
    for child in definitions:
        for index, item in enumerate(children.get(child.name, [])):
            item.setdefault("id", str(index) if child.name == "settings" else f"{owner}_{child.name[:3]}{index}")
            _number_nested(item, child.children)


def _number_nested(item: JsonObject, definitions: tuple[Child, ...]) -> None:
    for child in definitions:
        nested = item.get(child.name)
        if isinstance(nested, list):
            for index, grandchild in enumerate(nested):
                grandchild.setdefault("id", f"{item['id']}_{index}")
                _number_nested(grandchild, child.children)
