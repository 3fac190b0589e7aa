"""Names behind the ids in payloads, as they are when a version is taken. What has no name keeps its id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.references import Named, Outside
from tenantpilot.graph.errors import GraphError
from tenantpilot.graph.read.directory import objects_by_ids
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import storable
from tenantpilot.tenancy.models import Tenant

log = structlog.get_logger(__name__)

IN_DIRECTORY = {"group": "group", Outside.USER: "user", Outside.SERVICE_PRINCIPAL: "servicePrincipal"}
CHUNK = 500
LONGEST = 200


@dataclass(frozen=True)
class Name:
    """The kind of an object, and its name at that time."""

    type_key: str
    name: str

    def as_json(self) -> dict[str, str]:
        return {"type": self.type_key, "name": self.name}


NamesById = Mapping[str, Name]


class Directory:
    """Answers names for ids and remembers them for the length of one run."""

    def __init__(self, client: GraphClient, tenant: Tenant) -> None:
        self._client, self._tenant = client, tenant
        self._names: dict[str, Name | None] = {}

    def learn(self, references: Iterable[Named]) -> None:
        """Look up what is not known yet: policies in the inventory, the rest in the tenant's directory, all at once."""
        kinds = {named.graph_id.lower(): named.type_key for named in references}
        unknown = {graph_id: kind for graph_id, kind in kinds.items() if graph_id not in self._names}
        self._names |= dict.fromkeys(unknown)
        self._learn_policies([graph_id for graph_id, kind in unknown.items() if kind not in IN_DIRECTORY])
        self._learn_objects({graph_id: kind for graph_id, kind in unknown.items() if kind in IN_DIRECTORY})

    def names_of(self, references: Iterable[Named]) -> dict[str, Name]:
        """Return the known names, by id in small letters."""
        ids = {named.graph_id.lower() for named in references}
        return {graph_id: name for graph_id in sorted(ids) if (name := self._names.get(graph_id))}

    def _learn_policies(self, ids: list[str]) -> None:
        policies = Policy.everywhere.of_tenant(self._tenant)
        for start in range(0, len(ids), CHUNK):
            rows = policies.filter(graph_id__in=ids[start : start + CHUNK]).values_list("graph_id", "type", "name")
            self._names |= {graph_id.lower(): Name(kind, name[:LONGEST]) for graph_id, kind, name in rows}

    def _learn_objects(self, kinds: Mapping[str, str]) -> None:
        if not kinds:
            return
        types = sorted({IN_DIRECTORY[kind] for kind in kinds.values()})
        try:
            answers = objects_by_ids(self._client, kinds, types)
        except GraphError as error:
            log.warning("names_not_read", reason=error.reason_code, ids=len(kinds))
            return
        for graph_id, item in answers.items():
            name = item.get("displayName")
            if isinstance(name, str) and graph_id.lower() in kinds:
                self._names[graph_id.lower()] = Name(kinds[graph_id.lower()], str(storable(name))[:LONGEST])
