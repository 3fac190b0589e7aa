"""Definitions of the settings catalog: the names of settings, of the values that one may choose, and of categories.

Source: https://learn.microsoft.com/graph/api/intune-deviceconfigv2-devicemanagementconfigurationsettingdefinition-get
https://learn.microsoft.com/graph/api/intune-deviceconfigv2-devicemanagementconfigurationcategory-get
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.directory import SETTING_CATEGORY, SETTING_DEFINITION
from tenantpilot.graph.errors import GraphError


def definitions_by_ids(client: GraphClient, ids: Sequence[str]) -> list[JsonObject | GraphError]:
    """Return the definition of each id, or the error that Graph answered in its place. Raises GraphError."""
    return client.batch([Read(SETTING_DEFINITION.format(quote(graph_id, safe=""))) for graph_id in ids])


def categories_by_ids(client: GraphClient, ids: Sequence[str]) -> list[JsonObject | GraphError]:
    """Return the category of each id, or the error that Graph answered in its place. Raises GraphError."""
    return client.batch([Read(SETTING_CATEGORY.format(quote(graph_id, safe=""))) for graph_id in ids]) if ids else []
