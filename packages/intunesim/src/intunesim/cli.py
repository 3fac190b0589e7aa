"""`intunesim`: the simulator as a process."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from intunesim.clock import Clock, RealClock, ShiftedClock, VirtualClock
from intunesim.generator import Plan, generate
from intunesim.journal import Entry, unknown_line
from intunesim.limits import LimitRules
from intunesim.loader import load_folder
from intunesim.server import serve_forever
from intunesim.simulator import Simulator
from intunesim.state.tenant import Tenant

IDENTITY = ("name", "tenant_id", "domain", "client_id", "client_secret")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; answers the exit code."""
    options = _parser().parse_args(arguments)
    try:
        simulator = build(options)
        if options.observe:
            simulator.log.watch(_print_unknown())
        serve_forever(simulator, host=options.host, port=options.port, tls=_tls_folder(options))
    except KeyboardInterrupt:
        return 0
    except (ValueError, OSError) as error:
        print(f"intunesim: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def build(options: argparse.Namespace) -> Simulator:
    """Return the simulator that the options describe. Raises ValueError and OSError."""
    simulator = Simulator(
        clock=_clock(options),
        limits=LimitRules() if options.limits == "real" else None,
        latency_ms=options.latency_ms,
        seed=options.seed,
        state_dir=options.state_dir,
    )
    for text in options.generate:
        _generate(simulator, text)
    for folder in options.tenant:
        tenant = simulator.add_tenant(folder.name or "Contoso")
        if tenant.store.is_untouched():
            load_folder(tenant, folder, now=simulator.clock.now())
    if options.faults:
        simulator.faults.load(options.faults)
    for tenant in simulator.tenants.values():
        _announce(tenant)
    return simulator


def _clock(options: argparse.Namespace) -> Clock:
    if options.clock_shift is not None:
        return ShiftedClock(options.clock_shift)
    return VirtualClock() if options.clock == "virtual" else RealClock()


def _generate(simulator: Simulator, text: str) -> Tenant:
    """Return a tenant from `name=contoso,policies=200,seed=1`; one that the state directory kept stays as it is."""
    sizes = _pairs(text)
    identity: dict[str, Any] = {name: sizes.pop(name) for name in IDENTITY if name in sizes}
    numbers: dict[str, Any] = {name: int(sizes.pop(name)) for name in ("policies", "seed", "groups") if name in sizes}
    if sizes:
        raise ValueError(f"--generate does not know {', '.join(sizes)}")
    tenant = simulator.add_tenant(**identity)
    if tenant.store.is_untouched():
        generate(tenant, Plan(**numbers), now=simulator.clock.now())
    return tenant


def _pairs(text: str) -> dict[str, str]:
    pairs = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"--generate expects name=value, not {part!r}")
        pairs[name.strip()] = value.strip()
    return pairs


def _announce(tenant: Tenant) -> None:
    secret = tenant.application.secrets[0].value if tenant.application.secrets else None
    facts = {
        "tenant": tenant.name,
        "tenant_id": tenant.id,
        "client_id": tenant.application.client_id,
        "client_secret": secret,
    }
    print(json.dumps({**facts, "objects": sum(tenant.store.count().values())}), flush=True)  # noqa: T201


def _print_unknown() -> Callable[[Entry], None]:
    """Return a listener that prints what a client asked for in vain, each thing once."""
    printed: set[str] = set()

    def listen(entry: Entry) -> None:
        line = unknown_line(entry)
        if line and line not in printed:
            printed.add(line)
            print(line, flush=True)  # noqa: T201

    return listen


def _tls_folder(options: argparse.Namespace) -> Path | None:
    if not options.tls:
        return None
    return (options.state_dir or Path.home() / ".cache" / "intunesim") / "tls"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="intunesim", description="A simulator of Microsoft Graph as Intune serves it."
    )
    serve = parser.add_subparsers(dest="command", required=True).add_parser("serve", help="serve tenants over HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8765, help="0 picks a free one")
    serve.add_argument(
        "--tenant",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a tenant from a folder of exported JSON; may be repeated",
    )
    serve.add_argument(
        "--generate",
        action="append",
        default=[],
        metavar="SPEC",
        help="a generated tenant, e.g. name=contoso,policies=200,seed=1; may be repeated",
    )
    serve.add_argument("--latency-ms", type=float, default=0, help="how long every call takes")
    serve.add_argument("--limits", choices=("real", "off"), default="off", help="Microsoft's throttling limits")
    serve.add_argument("--clock", choices=("real", "virtual"), default="real")
    serve.add_argument(
        "--clock-shift",
        type=float,
        metavar="SECONDS",
        help="the real clock, so many seconds later; negative is earlier",
    )
    serve.add_argument("--tls", action="store_true", help="serve https, with a certificate authority of its own")
    serve.add_argument("--faults", type=Path, metavar="FILE", help="a JSON list of fault rules")
    serve.add_argument("--observe", action="store_true", help="print what clients ask for that is not simulated")
    serve.add_argument("--state-dir", type=Path, metavar="DIR", help="keep the state here, across restarts")
    serve.add_argument(
        "--seed", type=int, default=0, help="seed of what is left to chance, such as the order in batches"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
