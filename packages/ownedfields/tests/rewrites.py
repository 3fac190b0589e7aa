"""Rewrites of a write that mean the same, stacked at random: a search for one that passes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Program:
    """Statements before the write, and the expressions of its parts."""

    generator: random.Random
    lines: list[str] = field(default_factory=list)
    names: int = 0

    def fresh(self) -> str:
        """A name that says nothing."""
        self.names += 1
        return f"v{self.names}"

    def bind(self, value: str) -> str:
        """The value under a fresh name."""
        name = self.fresh()
        self.lines.append(f"{name} = {value}")
        return name


Rewrite = Callable[[Program, str], str]


def _alias(program: Program, value: str) -> str:
    return program.bind(value)


def _identity(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += [f"def {name}(x):", "    return x"]
    return f"{name}({value})"


def _lambda(program: Program, value: str) -> str:
    return f"(lambda: {value})()"


def _conditional(program: Program, value: str) -> str:
    return f"({value} if flag else None)"


def _listed(program: Program, value: str) -> str:
    return f"[{value}][0]"


def _keyed(program: Program, value: str) -> str:
    return f"{{'k': {value}}}['k']"


def _attribute(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += [f"class {name}:", f"    held = {value}"]
    return f"{name}.held"


def _instance(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += [f"class {name}:", "    def __init__(self, held):", "        self.held = held"]
    return f"{name}({value}).held"


def _namespace(program: Program, value: str) -> str:
    program.lines.append("from types import SimpleNamespace")
    return f"SimpleNamespace(held={value}).held"


def _closure(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += [
        f"def {name}():",
        f"    inside = {value}",
        "    def get():",
        "        return inside",
        "    return get",
    ]
    return f"{name}()()"


def _walrus(program: Program, value: str) -> str:
    return f"({program.fresh()} := {value})"


def _default(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += [f"def {name}(x={value}):", "    return x"]
    return f"{name}()"


def _next(program: Program, value: str) -> str:
    return f"next(iter([{value}]))"


def _try(program: Program, value: str) -> str:
    name = program.fresh()
    program.lines += ["try:", f"    {name} = {value}", "except KeyError:", f"    {name} = None"]
    return name


HEAD = [
    "from functools import partial",
    "from operator import methodcaller",
    "from shop.models import Order",
    "flag = 1",
]
REWRITES: list[Rewrite] = [
    _alias, _identity, _lambda, _conditional, _listed, _keyed, _attribute, _instance, _namespace, _closure, _walrus,
    _default, _next, _try,
]  # fmt: skip


def _splat(program: Program, key: str) -> str:
    styles = [
        lambda: f"**{{'{key}': 'x'}}",
        lambda: f"**dict({key}='x')",
        lambda: f"**{program.bind(f'dict([({key!r}, 1)])')}",
        lambda: f"**({{'note': 1}} | {{'{key}': 'x'}})",
        lambda: f"**{{k: 'x' for k in ['{key}']}}",
        lambda: f"**dict.fromkeys(['{key}'], 'x')",
        lambda: f"**dict(zip(['{key}'], ['x']))",
        lambda: f"**{{'{key[:2]}' + '{key[2:]}': 'x'}}",
    ]
    return program.generator.choice(styles)()


def _name(program: Program, key: str) -> str:
    styles = [
        f"'{key}'",
        f"'{key[:3]}' + '{key[3:]}'",
        f"''.join(['{key[:1]}', '{key[1:]}'])",
        f"f'{{\"{key[:4]}\"}}{key[4:]}'",
    ]
    return program.generator.choice(styles)


def _row_writes(program: Program, row: str, key: str) -> list[str]:
    return [
        f"{row}.{key} = 'x'",
        f"setattr({row}, {_name(program, key)}, 'x')",
        f"{row}.__dict__[{_name(program, key)}] = 'x'",
        f"vars({row}).update({_splat(program, key)})",
        f"{row}.save(update_fields=[{_name(program, key)}])",
        f"object.__setattr__({row}, {_name(program, key)}, 'x')",
    ]


def _rows_writes(program: Program, rows: str, key: str) -> list[str]:
    return [
        f"{rows}.update({key}='x')",
        f"{rows}.update({_splat(program, key)})",
        f"getattr({rows}, 'update')({_splat(program, key)})",
        f"partial({rows}.update, {key}='x')()",
        f"methodcaller('update', {key}='x')({rows})",
        f"{rows}.create({_splat(program, key)})",
        f"{rows}.get_or_create(pk=1, defaults=dict({_splat(program, key)}))",
        f"(lambda q: q.update({_splat(program, key)}))({rows})",
    ]


def _sql_writes(program: Program, table: str, key: str) -> list[str]:
    table = program.bind(table)
    return [
        f"cursor.execute(f\"UPDATE {{{table}}} SET {key} = 'x'\")",
        f"cursor.execute('UPDATE ' + {table} + ' SET {key} = 1')",
        f"cursor.execute('UPDATE %s SET {key} = 1' % {table})",
        f"cursor.execute('UPDATE {{}} SET {key} = 1'.format({table}))",
        f"cursor.execute(' '.join(['UPDATE', {table}, 'SET {key} = 1']))",
    ]


def program(seed: int, key: str, depth: int) -> str:
    """A program that writes the field once, in a way that nobody would."""
    made = Program(random.Random(seed))
    kind = made.generator.choice(["row", "rows", "rows", "sql"])
    value = {"row": "Order.objects.get(pk=1)", "rows": "Order.objects.filter(pk=1)", "sql": "Order._meta.db_table"}[
        kind
    ]
    for _ in range(depth):
        value = made.generator.choice(REWRITES)(made, value)
    writes = {"row": _row_writes, "rows": _rows_writes, "sql": _sql_writes}[kind]
    write = made.generator.choice(writes(made, value, key))
    head = [
        "from functools import partial",
        "from operator import methodcaller",
        "from shop.models import Order",
        "flag = True",
    ]
    return "\n".join([*head, *made.lines, write, ""])
