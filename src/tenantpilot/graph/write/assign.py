"""Writing assignments: all at once, or row by row where Graph offers no other way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Assign
from tenantpilot.graph.contracts.payloads import FROM_POLICY_SETS, cleaned
from tenantpilot.graph.errors import GraphError, GraphNotFound
from tenantpilot.graph.write.bodies import bodies_for_assign
from tenantpilot.graph.write.post import post_unless_there

NO_FILTER = ("", "none", "00000000-0000-0000-0000-000000000000")


def replace_assignments(
    client: GraphClient, rules: Assign, path: str, rows: Sequence[JsonObject], headers: Mapping[str, str]
) -> None:
    """Make the assignments at the path exactly these. Raises GraphError."""
    bodies = bodies_for_assign(rows)
    if rules.one_by_one:
        _replace_row_by_row(client, path, bodies, headers)
    else:
        client.send("POST", path, {rules.body_key: bodies}, headers=headers)


def target_of(row: JsonObject) -> str:
    """Return the key of an assignment among those of its object: its target and its filter."""
    target = cleaned(row.get("target") or {})
    properties = {name: value for name, value in target.items() if value is not None and value not in NO_FILTER}
    return json.dumps(properties, sort_keys=True).lower()


def _replace_row_by_row(
    client: GraphClient, path: str, bodies: Sequence[JsonObject], headers: Mapping[str, str]
) -> None:
    """First what is missing, then what is too much, so that nobody is left out meanwhile.

    What a policy set has assigned belongs to it: it is left alone.
    """
    own = (row for row in client.iterate(path) if row.get("source") != FROM_POLICY_SETS)
    present = {target_of(row): str(row["id"]) for row in own}
    target_rows = {target_of(body): body for body in bodies}
    for target in target_rows.keys() - present.keys():
        _add(client, path, target_rows[target], headers)
    for target in present.keys() - target_rows.keys():
        _remove(client, f"{path}/{present[target]}", headers)


def _add(client: GraphClient, path: str, body: JsonObject, headers: Mapping[str, str]) -> None:
    def look(_error: GraphError) -> JsonObject | None:
        return next((row for row in client.iterate(path) if target_of(row) == target_of(body)), None)

    post_unless_there(client, path, body, look=look, headers=headers)


def _remove(client: GraphClient, path: str, headers: Mapping[str, str]) -> None:
    try:
        client.send("DELETE", path, headers=headers)
    except GraphNotFound:
        return  # gone already: that is what was wanted
