"""An object as one version of Graph shows it: every declared property, and none that the version does not know."""

from dataclasses import dataclass

from intunesim.catalog.types import V1, TypeInfo, bare, type_table
from intunesim.json_types import Json, JsonObject


@dataclass(frozen=True)
class View:
    """A version of Graph, and the address of its metadata."""

    version: str
    metadata: str = ""

    def context(self, suffix: str) -> str:
        """Return the @odata.context of what stands under a path."""
        return f"{self.metadata}#{suffix}"

    def whole(self, body: JsonObject, declared: str) -> JsonObject:
        """Return an object with every property that its type declares in this version. Values are not copied."""
        named = bare(str(body.get("@odata.type", declared)))
        info = type_table().in_version(named, self.version)
        if info is None:
            return dict(body)
        full_body = {**type_table().defaults(info, self.version), **body}
        return self._narrowed(full_body, info) if self.version == V1 else full_body

    def _narrowed(self, body: JsonObject, info: TypeInfo) -> JsonObject:
        """Leave out what v1.0 does not know, at every depth."""
        names = info.names(V1)
        narrowed = {
            name: self._value(value, info.properties.get(name, ""))
            for name, value in body.items()
            if "@" in name or name == "id" or name in names
        }
        if "@odata.type" in narrowed:
            narrowed["@odata.type"] = f"#microsoft.graph.{info.name}"
        return narrowed

    def _value(self, value: Json, declared_type: str) -> Json:
        if isinstance(value, list):
            return [self._value(item, declared_type) for item in value]
        if not isinstance(value, dict) or "c:" not in declared_type:
            return value
        named = bare(str(value.get("@odata.type", declared_type.rpartition(":")[2])))
        info = type_table().in_version(named, V1)
        return self._narrowed(value, info) if info else value
