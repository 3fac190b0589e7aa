"""Made-up violations of the configured guards, which a check of the project must find: proof that the guards see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ownedfields.checking import Checker
from ownedfields.config import Banned, Config, Guard, Together
from ownedfields.discovery import Tree
from ownedfields.findings import Finding

FOLDER = "ownedfields_canary"


@dataclass(frozen=True, slots=True)
class Canary:
    """A file that must be reported, and one that must not."""

    name: str
    rule: str
    source: str


def canaries(config: Config) -> list[Canary]:
    """Return the made-up violations of every entry of the configuration."""
    canaries_made = [canary for guard in config.guards for canary in _of_guard(guard)]
    canaries_made += [canary for rule in config.together for canary in _of_together(rule)]
    canaries_made += [canary for banned in config.banned for canary in _of_banned(banned)]
    return canaries_made


def blind_spots(checker: Checker, only: str = "") -> list[Canary]:
    """Return the made-up violations that a check of the project does not find."""
    chosen = [canary for canary in canaries(checker.config) if only in canary.name]
    sources = {f"{FOLDER}/canary_{number}.py": canary for number, canary in enumerate(chosen)}

    def read(path: str) -> bytes:
        return sources[path].source.encode() if path in sources else checker.content(path)

    files = {**checker.tree.files, **{path: (len(canary.source), 0) for path, canary in sources.items()}}
    twin = Checker(checker.config, Tree(checker.tree.root, files), read)
    twin.prepare()
    missed = []
    for path, canary in sources.items():
        findings = twin.judge(path).findings if twin.cues.hit(read(path)) else []
        if not any(finding.rule == canary.rule for finding in findings):
            missed.append(canary)
    return missed


def findings(checker: Checker) -> list[Finding]:
    """Return one finding for each made-up violation that was not found."""
    return [_finding(checker.config, canary) for canary in blind_spots(checker)]


def _finding(config: Config, canary: Canary) -> Finding:
    return Finding(
        rule="OPR907",
        path=config.source.name,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        message=f"a made-up violation was not found: {canary.name}",
        snippet=tuple(canary.source.splitlines()),
        fix="the configuration must name the model, its fields and its relations as the code does",
    )


def _of_guard(guard: Guard) -> Iterator[Canary]:
    name, load = guard.class_name, f"from {guard.module} import {guard.class_name}\n"
    for field in guard.fields:
        where = f"{name}.{field}"
        yield Canary(f"{where} by attribute", "OPR101", f"{load}x = {name}.objects.get(pk=1)\nx.{field} = None\n")
        yield Canary(f"{where} by setattr", "OPR102", f"{load}def f(x: {name}):\n    setattr(x, '{field}', None)\n")
        yield Canary(f"{where} by update", "OPR103", f"{load}{name}.objects.filter(pk=1).update({field}=None)\n")
        yield Canary(f"{where} by splat", "OPR103", f"{load}x = {{}}\nx['{field}'] = 1\n{name}.objects.update(**x)\n")
        yield Canary(f"{where} by __dict__", "OPR104", f"{load}x = {name}.objects.first()\nvars(x)['{field}'] = 1\n")
        yield Canary(f"{where} by create", "OPR106", f"{load}{name}.objects.create({field}=None)\n")
        yield Canary(f"{where} by constructor", "OPR107", f"{load}{name}({field}=None)\n")
        yield Canary(f"{where} by bulk_update", "OPR109", f"{load}{name}.objects.bulk_update([], ['{field}'])\n")
        yield Canary(f"{where} by save", "OPR110", f"{load}{name}.objects.get(pk=1).save(update_fields=['{field}'])\n")
        yield from (
            Canary(f"{where} by hint {hint}", "OPR101", f"def f({hint}):\n    {hint}.{field} = None\n")
            for hint in guard.name_hints
        )
        yield from (
            Canary(f"{where} by relation {related}", "OPR103", f"def f(x):\n    x.{related}.update({field}=None)\n")
            for related in guard.related_names
        )
        sql = f"{load}x = f'UPDATE {{{name}._meta.db_table}} SET {{{name}._meta.get_field(\"{field}\").column}} = 1'\n"  # noqa: S608
        yield Canary(f"{where} by SQL", "OPR111", sql)


def _of_together(rule: Together) -> Iterator[Canary]:
    signal = next((item for item in rule.signals if "." in item), "")
    touch = f"import {signal.rpartition('.')[0]}\nx = {signal}\n" if signal else f"x = {rule.signals[0]}\n"
    for stored in rule.stores:
        module, _, name = stored.rpartition(".")
        source = f"{touch}from {module} import {name}\n{name}.objects.create()\n"
        yield Canary(f"{rule.name} by storing {name}", "OPR201", source)
    for call in rule.calls:
        path = call.removesuffix("(+)")
        target = f"thing{path}" if path.startswith(".") else path
        yield Canary(f"{rule.name} by calling {call}", "OPR201", f"{touch}{target}(1)\n")


def _of_banned(banned: Banned) -> Iterator[Canary]:
    for name in banned.names:
        half = len(name) // 2
        yield Canary(f"{name} as a name", "OPR301", f"from somewhere import {name}\n")
        yield Canary(f"{name} in a string", "OPR302", f"x = 'somewhere.{name}'\n")
        yield Canary(f"{name} in pieces", "OPR302", f"x = '{name[:half]}' + '{name[half:]}'\n")
