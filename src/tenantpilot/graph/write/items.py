"""Writing what hangs below an object item by item, where no request takes them all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Action
from tenantpilot.graph.errors import GraphError, GraphNotFound
from tenantpilot.graph.write.post import post_unless_there

Bare = Callable[[Sequence[JsonObject]], Sequence[JsonObject]]


def write_each(
    client: GraphClient,
    action: Action,
    path: str,
    items: Sequence[JsonObject],
    *,
    bare: Bare,
    headers: Mapping[str, str],
) -> None:
    """Make the items at the path exactly these, told apart by the property that the action names. Raises GraphError.

    First what is missing, then what differs, at last what is too much, so that nothing is left out meanwhile.
    `bare` takes from items that were read what a body may not hold.
    """
    present = {item_key(item, action): item for item in client.iterate(path)}
    target_items = {item_key(item, action): item for item in items}
    for key, item in target_items.items():
        if key not in present:
            _add(client, action, path, item, headers)
        elif not action.is_reference and [item] != list(bare([present[key]])):
            client.send("PATCH", _address(path, present[key]), item, headers=headers)
    for key, item in present.items():
        if key not in target_items:
            _remove(client, action, _address(path, item), headers)


def item_key(item: JsonObject, action: Action) -> str:
    """Return the key of an item among the others below its object."""
    return str(item.get(action.told_by)).lower()


def _add(client: GraphClient, action: Action, path: str, item: JsonObject, headers: Mapping[str, str]) -> None:
    def look(_error: GraphError) -> JsonObject | None:
        return next(
            (
                present_item
                for present_item in client.iterate(path)
                if item_key(present_item, action) == item_key(item, action)
            ),
            None,
        )

    if action.is_reference and action.bind:
        version = path.split("/")[1]
        address = f"{client.graph_url}/{version}{action.bind.address.format(id=item.get('id'))}"
        post_unless_there(client, f"{path}/$ref", {"@odata.id": address}, look=look, headers=headers)
    else:
        post_unless_there(client, path, item, look=look, headers=headers)


def _remove(client: GraphClient, action: Action, address: str, headers: Mapping[str, str]) -> None:
    try:
        client.send("DELETE", f"{address}/$ref" if action.is_reference else address, headers=headers)
    except GraphNotFound:
        return  # gone already: that is what was wanted


def _address(path: str, item: JsonObject) -> str:
    return f"{path}/{quote(str(item['id']), safe='')}"
