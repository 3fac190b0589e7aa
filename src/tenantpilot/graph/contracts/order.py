"""The order in which objects are made: what others refer to comes first.

Some references are needed only when an object is assigned. Where they would close a circle they do not count: an
assignment is written when everything stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import Any

from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.references import GUID, Reference, references_in

Item = tuple[Contract, Mapping[str, Any]]


class DependencyCycle(ValueError):
    """Objects that refer to each other in a circle, so that none can be made first."""

    def __init__(self, members: Sequence[str]) -> None:
        super().__init__(" > ".join(members))
        self.members = tuple(members)


def types_in_order(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """Return the types so that each follows all it refers to; `restore_order` decides among the others.

    Raises DependencyCycle.
    """
    by_key = {contract.key: contract for contract in contracts}
    keys = _in_order(by_key, _needs_of_types(by_key), lambda key: (by_key[key].restore_order, key))
    return tuple(by_key[key] for key in keys)


def items_in_order(items: Iterable[Item]) -> list[Item]:
    """Return objects so that each follows those of them that it refers to, within a type too. Raises DependencyCycle.

    The payloads need their ids.
    """
    by_key = {_key(contract.key, str(payload["id"])): (contract, payload) for contract, payload in items}
    types = types_in_order({item[0].key: item[0] for item in by_key.values()}.values())
    ranks = {contract.key: rank for rank, contract in enumerate(types)}
    keys = _in_order(by_key, _needs_of_items(by_key), lambda key: (ranks[by_key[key][0].key], key))
    return [by_key[key] for key in keys]


Needs = Callable[[bool], Mapping[str, Set[str]]]


def _needs_of_types(by_key: Mapping[str, Contract]) -> Needs:
    def needs(with_assignments: bool) -> dict[str, set[str]]:
        return {
            key: {
                needed
                for reference in _counted(contract.references, with_assignments)
                for needed in reference.type_keys
                if needed in by_key and needed != key
            }
            for key, contract in by_key.items()
        }

    return needs


def _needs_of_items(by_key: Mapping[str, Item]) -> Needs:
    named = {key: references_in(contract, payload) for key, (contract, payload) in by_key.items()}

    def needs(with_assignments: bool) -> dict[str, set[str]]:
        return {
            key: {
                needed
                for reference in named[key]
                if with_assignments or not reference.path.startswith("assignments[]")
                if (needed := _key(reference.type_key, reference.graph_id)) in by_key and needed != key
            }
            for key in by_key
        }

    return needs


def _counted(references: Iterable[Reference], with_assignments: bool) -> list[Reference]:
    return [reference for reference in references if with_assignments or not reference.is_of_assignments]


def _in_order(keys: Iterable[str], needs: Needs, rank: Callable[[str], Any]) -> list[str]:
    try:
        return _sorted_by_needs(keys, needs(True), rank)
    except CycleError:
        pass
    try:
        return _sorted_by_needs(keys, needs(False), rank)
    except CycleError as error:
        raise DependencyCycle([str(member) for member in error.args[1]]) from error


def _sorted_by_needs(keys: Iterable[str], needs: Mapping[str, Set[str]], rank: Callable[[str], Any]) -> list[str]:
    """Return the nodes in order, always the lowest of those whose needs are met."""
    sorter: TopologicalSorter[str] = TopologicalSorter({key: needs[key] for key in keys})
    sorter.prepare()
    ready: list[tuple[Any, str]] = []
    done: list[str] = []
    while sorter.is_active():
        for key in sorter.get_ready():
            heappush(ready, (rank(key), key))
        done.append(heappop(ready)[1])
        sorter.done(done[-1])
    return done


def _key(type_key: str, graph_id: str) -> str:
    """A GUID is one object whatever type it is read as; a small number is one of its type alone."""
    return graph_id.lower() if GUID.search(graph_id) else f"{type_key}/{graph_id}"
