"""`tenantpilot startroom`."""

from pathlib import Path
from typing import Annotated

import typer

from tenantpilot.cli.console import done, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.scaffold.room import NewRoom, write_room
from tenantpilot.tenancy.capabilities import Capability

app = typer.Typer()


@app.command()
def startroom(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The room, a plural: reviews.")],
    record: Annotated[str, typer.Option(help="What its table holds, a singular: review.")],
    capability: Annotated[
        str, typer.Option(help="What a person must be allowed to start its operation, by its name in Capability.")
    ] = Capability.INVENTORY_SYNC.name,
    above: Annotated[str, typer.Option(help="The room that it stands directly above.")] = "inventory",
    checkout: Annotated[Path, typer.Option(help="The checkout to write to.", file_okay=False)] = Path(),
) -> None:
    """Write a room with a table, an operation, a page and their tests. The tests run at once."""
    if capability not in Capability.__members__:
        raise Problem(f"There is no capability {capability}.", f"Known: {', '.join(Capability.__members__)}.")
    for path in write_room(NewRoom(name, record, capability, above), checkout.resolve()):
        done(str(path.relative_to(checkout.resolve())))
    say(f"Try it: .venv/bin/python -m pytest tests/{name} tests/contract/test_routes.py")
    say("docs/how-to/add-a-room.md goes on from here.")
