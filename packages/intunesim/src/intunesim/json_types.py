"""The shape of what travels: JSON, as Graph's clients know it."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]
