"""Write forms to inject into real code, and rewrites of a write that mean the same."""

from __future__ import annotations

import ast
import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

# Each form is injected as statements; X is a fresh name, F the field. The line that says MARK is the one to find.
FORMS: dict[str, str] = {
    "attribute": "X = Order.objects.get(pk=1)\nX.F = 'x'  # MARK",
    "augmented": "X = Order.objects.first()\nX.F += 'x'  # MARK",
    "annotated": "X: Order = some()\nX.F = 'x'  # MARK",
    "tuple": "X = Order.objects.first()\nX.note, X.F = 'a', 'b'  # MARK",
    "walrus": "(X := Order.objects.first()).F = 'x'  # MARK",
    "loop": "for X in Order.objects.filter(pk=1):\n    X.F = 'x'  # MARK",
    "enumerated": "for _n, X in enumerate(Order.objects.all()):\n    X.F = 'x'  # MARK",
    "indexed": "X = list(Order.objects.all())\nX[0].F = 'x'  # MARK",
    "narrowed": "if isinstance(X, Order):\n    X.F = 'x'  # MARK",
    "comprehended": "X = [each for each in Order.objects.all()]\nX[-1].F = 'x'  # MARK",
    "conditional": "X = Order.objects.first() if flag else None\nX.F = 'x'  # MARK",
    "shortcut": "from django import shortcuts\nX = shortcuts.get_object_or_404(Order, pk=1)\nX.F = 'x'  # MARK",
    "get_model": "from django.apps import apps\nX = apps.get_model('shop', 'Order')\nX.objects.update(F='x')  # MARK",
    "setattr": "X = Order.objects.get(pk=1)\nsetattr(X, 'F', 'x')  # MARK",
    "folded setattr": "X = Order.objects.get(pk=1)\nsetattr(X, 'HEAD' + 'TAIL', 'x')  # MARK",
    "setattr loop": "X = Order.objects.first()\nfor _k, _v in {'F': 'x'}.items():\n    setattr(X, _k, _v)  # MARK",
    "object setattr": "X = Order.objects.first()\nobject.__setattr__(X, 'F', 'x')  # MARK",
    "vars": "X = Order.objects.first()\nvars(X)['F'] = 'x'  # MARK",
    "dict": "X = Order.objects.first()\nX.__dict__.update(F='x')  # MARK",
    "del": "X = Order.objects.first()\ndel X.F  # MARK",
    "update": "Order.objects.filter(pk=1).update(F='x')  # MARK",
    "update splat": "X = {'note': 'n'}\nX['F'] = 'x'\nOrder.objects.filter(pk=1).update(**X)  # MARK",
    "update merged": "X = {'note': 'n'} | {'F': 'x'}\nOrder.objects.update(**X)  # MARK",
    "update alias": "X = Order.objects.filter(pk=1).update\nX(F='x')  # MARK",
    "update getattr": "getattr(Order.objects, 'update')(F='x')  # MARK",
    "update partial": "from functools import partial\nX = partial(Order.objects.update, F='x')  # MARK",
    "update methodcaller": "import operator\noperator.methodcaller('update', F='x')(Order.objects.all())  # MARK",
    "update lambda": "X = lambda: Order.objects.update(F='x')  # MARK",
    "create": "Order.objects.create(F='x')  # MARK",
    "constructor": "X = Order(F='x')  # MARK",
    "constructor splat": "X = dict(F='x')\nOrder(**X)  # MARK",
    "get_or_create": "Order.objects.get_or_create(pk=1, defaults={'F': 'x'})  # MARK",
    "update_or_create": "X = {}\nX['F'] = 'x'\nOrder.objects.update_or_create(pk=1, defaults=X)  # MARK",
    "bulk_update": "X = ['note']\nX.append('F')\nOrder.objects.bulk_update([], X)  # MARK",
    "bulk_create": "Order.objects.bulk_create([Order(F='x')])  # MARK",
    "save": "X = Order.objects.first()\nX.save(update_fields=['F'])  # MARK",
    "save alias": "X = Order.objects.first().save\nX(update_fields=('F',))  # MARK",
    "sql": "cursor.execute(\"UPDATE shop_order SET F = 'x' WHERE id = 1\")  # MARK",
    "sql f-string": "X = Order._meta.db_table\ncursor.execute(f\"UPDATE {X} SET F = 'x'\")  # MARK",
    "sql percent": "cursor.execute(\"UPDATE %s SET F = 'x'\" % 'shop_order')  # MARK",
    "sql joined": "X = ' '.join(['UPDATE', 'shop_order', 'SET F = 1'])  # MARK",
    "sql added": "X = 'UPDATE shop_order '\nX += 'SET F = 1'  # MARK",
    "sql insert": "cursor.execute('INSERT INTO shop_order (id, F) VALUES (1, 2)')  # MARK",
    "descriptor": "X = Order.objects.first()\nOrder._meta.get_field('F').save_form_data(X, 'x')  # MARK",
    "exec": "X = Order.objects.first()\nexec(\"X.F = 'x'\")  # MARK",
    "helper": "def X(o, n, v):\n    setattr(o, n, v)\nX(Order.objects.first(), 'F', 'x')  # MARK",
    "returning helper": "def X():\n    return Order.objects.first()\nX().F = 'x'  # MARK",
    "payload helper": "def X():\n    return {'F': 'x'}\nOrder.objects.update(**X())  # MARK",
    "map": "list(map(lambda o: setattr(o, 'F', 'x'), Order.objects.all()))  # MARK",
    "match": "match X:\n    case Order():\n        X.F = 'x'  # MARK",
}
LOOK_ALIKES: dict[str, str] = {
    "read": "X = Order.objects.first()\nprint(X.F)",
    "filter": "X = Order.objects.filter(F='x').exclude(F='y').count()",
    "other field": "X = Order.objects.first()\nX.note = 'F'",
    "other model": "from shop.models import Parcel\nX = Parcel.objects.first()\nX.F = 'x'",
    "other update": "from shop.models import Parcel\nParcel.objects.update(F='x')",
    "json key": "X = Order.objects.first()\nX.data['F'] = 'x'",
    "dict": "X = {'F': Order.objects.first()}\nX['F'] = 1",
    "compare": "X = Order.objects.first()\nassert X.F == 'x'",
    "where": "cursor.execute(\"UPDATE shop_order SET note = 'x' WHERE F = 'y'\")",
    "narrowed away": "if isinstance(X, Order):\n    raise ValueError\nelse:\n    X.F = 'x'",
}


def form(source: str, name: str, field: str) -> str:
    """The form with its names filled in."""
    words = source.replace("HEAD", field[:3]).replace("TAIL", field[3:])
    parsed = words.replace("X", name).replace("'F'", f"'{field}'").replace(".F", f".{field}").replace("F=", f"{field}=")
    for before, after in (("SET F", f"SET {field}"), ("id, F)", f"id, {field})"), ("WHERE F", f"WHERE {field}")):
        parsed = parsed.replace(before, after)
    return parsed


def sources(count: int, seed: int) -> list[str]:
    """Real files of the standard library and the installed Django packages."""
    roots = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    names = ("django", "allauth", "django_filters", "django_tasks", "procrastinate", "")
    paths = [
        path
        for root in roots
        for name in names
        for path in sorted((root / name).glob("*.py" if not name else "**/*.py"))
        if 800 < path.stat().st_size < 30_000
    ]
    chosen = random.Random(seed).sample(paths, min(count, len(paths)))
    return [path.read_text(encoding="utf-8", errors="replace") for path in chosen]


def places(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Lines before which a statement may stand, with their indentation: in functions, branches, loops and classes."""
    for node in ast.walk(tree):
        for body in (getattr(node, "body", None), getattr(node, "orelse", None), getattr(node, "finalbody", None)):
            if not isinstance(body, list) or isinstance(node, ast.ClassDef | ast.IfExp | ast.Lambda):
                continue
            for statement in body[1:]:
                chained = isinstance(statement, ast.If) and body is getattr(node, "orelse", None)
                if isinstance(statement, ast.stmt) and not getattr(statement, "decorator_list", []) and not chained:
                    yield statement.lineno, statement.col_offset


def injected(source: str, statements: str, generator: random.Random) -> tuple[str, int] | None:
    """The source with the statements at some place, and the line that is marked (0: none)."""
    try:
        found = list(places(ast.parse(source)))
    except SyntaxError:
        return None
    if not found:
        return None
    line, indent = generator.choice(found)
    lines = source.split("\n")
    if lines[line - 1][:indent].strip():
        return None
    added = [" " * indent + each for each in ["from shop.models import Order", *statements.split("\n")]]
    mutant = "\n".join([*lines[: line - 1], *added, *lines[line - 1 :]])
    try:
        ast.parse(mutant)
    except SyntaxError:
        return None
    marked = next((number for number, each in enumerate(added) if "# MARK" in each), None)
    return mutant, 0 if marked is None else line + marked
