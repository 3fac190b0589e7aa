"""`tenantpilot startoperation`."""

from pathlib import Path
from typing import Annotated

import typer

from tenantpilot.cli.console import done, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.scaffold.operation import NewOperation, write_operation
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.capabilities import Capability

app = typer.Typer()


@app.command()
def startoperation(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its key, verb and object: count_policies.")],
    room: Annotated[str, typer.Option(help="The package of src/tenantpilot that it belongs to.")],
    capability: Annotated[
        str, typer.Option(help="What a person must be allowed to, by its name in Capability.")
    ] = Capability.INVENTORY_SYNC.name,
    checkout: Annotated[Path, typer.Option(help="The checkout to write to.", file_okay=False)] = Path(),
) -> None:
    """Write the declaration, the handler and the tests of a new operation. The tests run at once."""
    if capability not in Capability.__members__:
        raise Problem(f"There is no capability {capability}.", f"Known: {', '.join(Capability.__members__)}.")
    if name in {operation_type.key for operation_type in operation_types.all()}:
        raise Problem(f"There is an operation {name} already.", "Choose another name.")
    for path in write_operation(NewOperation(name, room, capability), checkout.resolve()):
        done(str(path.relative_to(checkout.resolve())))
    say(f"Try it: .venv/bin/python -m pytest tests/{room}/test_{name}.py")
    say("Then write its work into handlers.py; docs/how-to/add-an-operation.md goes on from here.")
