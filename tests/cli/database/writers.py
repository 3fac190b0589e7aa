"""python -m tests.cli.database.writers NUMBER: a worker process that starts, claims and ends runs until it is killed.

It prints a line once it has written something.
"""

import sys

import django


def main(number: int) -> None:
    django.setup()
    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope
    from tenantpilot.tenancy.models import Tenant, User
    from tests.operations.kit import Engine

    set_process_scope(EVERYTHING)
    engine = Engine(Tenant.everywhere.get(slug="contoso"))
    alice = User.objects.get(email__startswith="alice")
    for each in range(1_000_000):
        engine.completed(alice if each % 2 else None, what=f"{number}-{each}")
        engine.clock.move(seconds=1)
        if each == 0:
            print("writing", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
