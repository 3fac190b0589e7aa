"""Writing the items below an object by one action, which names those that are there by their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Action, Bind
from tenantpilot.graph.errors import GraphError
from tenantpilot.graph.write.post import post_unless_there


def exchange_items(
    client: GraphClient,
    action: Action,
    path: str,
    items_path: str,
    items: Sequence[JsonObject],
    headers: Mapping[str, str],
) -> None:
    """Put the items in the place of all that stand at `items_path`. Raises GraphError.

    Not repeatable as it stands: what was answered with an error after it was applied would add the items again.
    """
    before = _ids(client, items_path)
    if not items and not before:
        return

    def look(_error: GraphError) -> JsonObject | None:
        """Graph gives new items new ids, so what stands there says whether it was applied."""
        return None if _ids(client, items_path) == before else {}

    version = path.split("/")[1]
    added = [_bound(item, action.bind, f"{client.graph_url}/{version}") if action.bind else item for item in items]
    body = {action.body_key: added, action.changed_key: [], action.removed_key: sorted(before)}
    post_unless_there(client, path, body, look=look, headers=headers)


def with_ids_of_present(
    client: GraphClient, action: Action, items_path: str, items: Sequence[JsonObject]
) -> list[JsonObject]:
    """Return the items under the ids of those that they shall change; one that is not there yet has none."""
    present = {item.get(action.told_by): item.get("id") for item in client.iterate(items_path)}
    bare = [{name: value for name, value in item.items() if name != "id"} for item in items]
    return [{**item, **_id_of(present.get(item.get(action.told_by)))} for item in bare]


def _id_of(graph_id: object) -> JsonObject:
    return {} if graph_id is None else {"id": graph_id}


def _ids(client: GraphClient, path: str) -> set[str]:
    return {str(item.get("id")) for item in client.iterate(path)}


def _bound(item: JsonObject, bind: Bind, base: str) -> JsonObject:
    """Return the item with addresses in the place of the objects that a read has shown."""
    reference = item.get(bind.name)
    if not isinstance(reference, dict):
        return item
    address = base + bind.address.format(id=reference.get("id"))
    bound = {name: value for name, value in item.items() if name != bind.name}
    if bind.inner and bind.below in bound:
        bound[bind.below] = [_bound(inner, bind.inner, address) for inner in bound[bind.below]]
    return {**bound, f"{bind.name}@odata.bind": address}
