"""Share state between the makers of objects: chance, names that do not repeat, and what exists so far."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intunesim.catalog.types import type_table
from intunesim.clock import iso
from intunesim.generator import words
from intunesim.json_types import JsonObject


@dataclass
class Context:
    """The tenant under construction, as its makers see it."""

    random: random.Random
    now: datetime
    tenant_name: str
    domain: str
    objects_by_kind: dict[str, list[JsonObject]] = field(default_factory=dict)
    """Payloads by kind, in the order they were made."""
    used_names: set[str] = field(default_factory=set)

    def new_id(self) -> str:
        """Return a fresh id, the same for the same seed."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def moment(self, most_days: int = 700) -> datetime:
        """Some time in the past."""
        return self.now - timedelta(minutes=self.random.randrange(60, most_days * 1440))

    def times(self) -> JsonObject:
        """Return the times at which an object was created and last changed."""
        created = self.moment()
        modified = created + (self.now - created) * self.random.random()
        return {
            "createdDateTime": iso(created.replace(microsecond=0)),
            "lastModifiedDateTime": iso(modified.replace(microsecond=0)),
        }

    def name(self, *parts: str) -> str:
        """Return a name that no other object has; what tells it apart is where and for whom it is."""
        name = " - ".join(part for part in parts if part)
        if name in self.used_names:
            for attempt in range(1, 10_000):
                wider = f"{name} - {self._distinction(attempt)}"
                if wider not in self.used_names:
                    name = wider
                    break
        self.used_names.add(name)
        return name

    def _distinction(self, attempt: int) -> str:
        place = self.random.choice(words.PLACES)
        if attempt < 12:
            return place
        if attempt < 40:
            return f"{self.random.choice(words.DEPARTMENTS)} {place}"
        return f"{self.random.choice(words.DEPARTMENTS)} {place} {self.random.randint(2, 99)}"

    def audience(self) -> str:
        """For whom an object is, in a few words; often nothing is said."""
        return self.random.choice(words.AUDIENCES)

    def some(self, kind: str, most: int) -> list[JsonObject]:
        """Return a few of the objects of a kind that exist so far."""
        existing = self.objects_by_kind.get(kind, [])
        return self.random.sample(existing, min(len(existing), self.random.randint(0, most)))

    def one(self, kind: str) -> JsonObject | None:
        """Return one of the objects of a kind, or None when there is none."""
        existing = self.objects_by_kind.get(kind, [])
        return self.random.choice(existing) if existing else None

    def scope_tags(self) -> list[str]:
        """Return the scope tags of an object: mostly the default, sometimes others."""
        tags = self.objects_by_kind.get("roleScopeTag", [])
        if not tags or self.random.random() < 0.7:
            return ["0"]
        return sorted({"0", self.random.choice(tags)["id"]})

    def assignments(self, entity: str, owner: str, *, most: int = 4, everyone: bool = True) -> list[JsonObject]:
        """Assignments of an object: groups to include and exclude, sometimes with a filter, sometimes everyone."""
        if self.random.random() < 0.12:
            return []
        targets: list[JsonObject] = []
        if everyone and self.random.random() < 0.25:
            target_type = self.random.choice(("allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"))
            targets.append({"@odata.type": f"#microsoft.graph.{target_type}"})
        for position, group in enumerate(self.some("group", most)):
            target_type = "exclusionGroupAssignmentTarget" if position > 1 else "groupAssignmentTarget"
            targets.append({"@odata.type": f"#microsoft.graph.{target_type}", "groupId": group["id"]})
        return [self._assignment(entity, owner, target) for target in targets]

    def _assignment(self, entity: str, owner: str, target: JsonObject) -> JsonObject:
        filters = self.objects_by_kind.get("assignmentFilter", [])
        excluded = "exclusion" in target["@odata.type"]
        chosen = self.random.choice(filters) if filters and not excluded and self.random.random() < 0.2 else None
        target["deviceAndAppManagementAssignmentFilterId"] = chosen["id"] if chosen else None
        target["deviceAndAppManagementAssignmentFilterType"] = (
            self.random.choice(("include", "exclude")) if chosen else "none"
        )
        whom = target.get("groupId") or self.new_id()
        info = type_table().find(f"{entity}Assignment")
        source = {"source": "direct", "sourceId": owner} if info and "source" in info.properties else {}
        return {
            "@odata.type": f"#microsoft.graph.{entity}Assignment",
            "id": f"{owner}_{whom}",
            **source,
            "target": target,
        }
