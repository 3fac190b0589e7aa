"""The listing of Graph's types and paths that the contracts are compared with."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any


class Metadata:
    """The listing of Graph's types and paths."""

    def __init__(self, folder: Path) -> None:
        listing = json.loads((folder / "graph" / "graph_subset.json").read_text())
        self.types: dict[str, Any] = listing["types"]
        self.paths: dict[str, Any] = listing["paths"]
        objects = json.loads((folder / "graph" / "object_types.json").read_text())
        self.objects = {entry["key"]: entry for entry in objects["types"]}

    def lineage(self, name: str) -> list[str]:
        base = self.types[name].get("base")
        return [name, *(self.lineage(base) if base in self.types else [])]

    def family(self, name: str) -> list[str]:
        """The type, what it derives from, and what derives from it."""
        return [*self.lineage(name), *(other for other in self.types if name in self.lineage(other)[1:])]

    def below(self, name: str) -> list[str]:
        """The type and all that derive from it."""
        return [other for other in self.types if name in self.lineage(other)]

    def properties(self, name: str) -> set[str]:
        return {prop for member in self.family(name) for prop in self.types[member]["properties"]}

    def everything_below(self, name: str) -> set[str]:
        """Names of properties at any depth."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen or current not in self.types:
                continue
            seen.add(current)
            for member in self.family(current):
                seen.add(member)
                waiting += [
                    re.sub(r"^Collection\((.*)\)$", r"\1", prop["type"])
                    for prop in self.types[member]["properties"].values()
                ]
        return {prop for member in seen for prop in self.types[member]["properties"]}

    def verbs(self, path: str) -> dict[str, Any]:
        return self.paths.get(path, {}).get("verbs", {})


@cache
def read_metadata(folder: Path) -> Metadata:
    return Metadata(folder)
