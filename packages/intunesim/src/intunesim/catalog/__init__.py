"""Describe what Graph serves for Intune: every collection with its habits, as data."""

from intunesim.catalog.lookup import COLLECTIONS, all_collections, find_collection, of_entity_type
from intunesim.catalog.model import Assign, Child, Collection, Limit, OverMax, Paging, Reference
from intunesim.catalog.navigation import children_of

__all__ = [
    "COLLECTIONS",
    "Assign",
    "Child",
    "Collection",
    "Limit",
    "OverMax",
    "Paging",
    "Reference",
    "all_collections",
    "children_of",
    "find_collection",
    "of_entity_type",
]
