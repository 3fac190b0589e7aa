"""Names behind the ids in payloads, as they are when a version is taken. What has no name keeps its id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from tenantpilot.directory.looking_up import look_up
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.references import Named, Outside
from tenantpilot.graph.errors import GraphError, GraphStopped
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import is_usable
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

    def learn(self, references: Iterable[Named], *, now: datetime) -> None:
        """Look up what is not known yet: policies in the inventory, the rest in the tenant's directory, all at once."""
        kinds = {named.graph_id.lower(): named.type_key for named in references if is_usable(named.graph_id)}
        unknown = {graph_id: object_type for graph_id, object_type in kinds.items() if graph_id not in self._names}
        self._names |= dict.fromkeys(unknown)
        self._learn_policies([graph_id for graph_id, object_type in unknown.items() if object_type not in IN_DIRECTORY])
        objects = {graph_id: object_type for graph_id, object_type in unknown.items() if object_type in IN_DIRECTORY}
        self._learn_objects(objects, now=now)

    def names_of(self, references: Iterable[Named]) -> dict[str, Name]:
        """Return the known names, by id in small letters."""
        ids = {named.graph_id.lower() for named in references}
        return {graph_id: name for graph_id in sorted(ids) if (name := self._names.get(graph_id))}

    def _learn_policies(self, ids: list[str]) -> None:
        policies = Policy.everywhere.of_tenant(self._tenant)
        for start in range(0, len(ids), CHUNK):
            rows = policies.filter(graph_id__in=ids[start : start + CHUNK]).values_list("graph_id", "type", "name")
            self._names |= {graph_id.lower(): Name(policy_type, name[:LONGEST]) for graph_id, policy_type, name in rows}

    def _learn_objects(self, kinds: Mapping[str, str], *, now: datetime) -> None:
        """Ask the directory's rows, and Graph for what they do not know."""
        if not kinds:
            return
        types_by_id = {graph_id: IN_DIRECTORY[object_type] for graph_id, object_type in kinds.items()}
        try:
            names = look_up(self._client, self._tenant, types_by_id, now=now)
        except GraphStopped:
            raise
        except GraphError as error:
            log.warning("names_not_read", reason=error.reason_code, ids=len(kinds))
            return
        self._names |= {graph_id: Name(kinds[graph_id], name[:LONGEST]) for graph_id, name in names.items()}
