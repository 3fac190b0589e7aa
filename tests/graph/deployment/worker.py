"""python -m tests.graph.deployment.worker STEPS: one worker process, with the product's own client and shared budget.

STEPS is a JSON list such as [["sync", 7], ["whole", "contoso", 2], ["create", "contoso", ["a", "b"]]]. It prints what
came of them as one JSON list. What reached Graph is not told here: the simulator's log says that.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import django

CREATED = "deviceConfiguration"


def sync(run_id: int) -> str:
    """Do one inventory sync as a worker of the product does it; answers its outcome."""
    from tenantpilot.operations.models import OperationRun
    from tenantpilot.operations.workers.runner import Runner

    Runner().execute(run_id)
    return str(OperationRun.everywhere.get(pk=run_id).outcome)


def whole(slug: str, times: int, keys: Sequence[str] = ()) -> dict[str, int]:
    """Read all objects of a tenant, or of some types, so many times; answers how many were read, how many failed."""
    from tenantpilot.graph.contracts import registry
    from tenantpilot.graph.read.full import read_type_whole

    contracts = registry.chosen(keys) if keys else registry.of_configuration()
    with _client(slug) as client:

        def read(contract: Any) -> list[bool]:
            return [one.error is None for one in read_type_whole(client, contract)]

        calls = {(time, one.key): partial(read, one) for time in range(times) for one in contracts}
        outcomes = [outcome for _key, outcome in client.together(calls)]
    objects = [was_read for some in outcomes if isinstance(some, list) for was_read in some]
    lists_failed = sum(not isinstance(some, list) for some in outcomes)
    return {"read": sum(objects), "failed": len(objects) - sum(objects) + lists_failed}


def create(slug: str, names: Iterable[str]) -> dict[str, int]:
    """Create one object of each name; answers how many were found after Graph had not answered."""
    from tenantpilot.graph.contracts import registry
    from tenantpilot.graph.read.listing import read_policies
    from tenantpilot.graph.write.writer import Writer

    contract = registry.get(CREATED)
    found = 0
    with _client(slug) as client:
        known = {item["id"] for item in read_policies(client, contract)}
        for name in names:
            found += Writer(client, contract).create(_payload(name), known_ids=known).was_found
    return {"found": found}


def _payload(name: str) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "displayName": name}


def _client(slug: str) -> Any:
    from tenantpilot.graph.client.retries import never
    from tenantpilot.tenancy.connections import graph_client
    from tenantpilot.tenancy.models import Tenant

    return graph_client(Tenant.everywhere.get(slug=slug), stop=never)


STEPS = {"sync": sync, "whole": whole, "create": create}


def main(text: str) -> int:
    django.setup()
    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    print(json.dumps([STEPS[verb](*arguments) for verb, *arguments in json.loads(text)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
