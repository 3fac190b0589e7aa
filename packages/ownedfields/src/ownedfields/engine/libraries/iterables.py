"""Functions on iterables: `map`, `zip`, `list` and their kin."""

from __future__ import annotations

import ast

from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import UNKNOWN, Items, Other, Value, join, options_of
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.frame import Frame


def sequence(frame: Frame, args: Args, node: ast.AST) -> Value:
    results: list[Value] = []
    exact = len(args.positional) == 1
    for value in args.positional:
        for option in options_of(value):
            if isinstance(option, Items):
                results.extend(option.elements)
                exact = exact and option.exact
            else:
                results.append(structure.element_of(frame, option))
                exact = False
    return Items(results, exact=exact and bool(results))


def mapped(frame: Frame, args: Args, node: ast.AST) -> Value:
    if not args.positional:
        return UNKNOWN
    elements = [structure.element_of(frame, value) for value in args.positional[1:]]
    return Items([frame.call(args.positional[0], Args(elements), node)])


def star_mapped(frame: Frame, args: Args, node: ast.AST) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    results = []
    for row in options_of(structure.element_of(frame, args.positional[1])):
        value = list(row.elements) if isinstance(row, Items) else [row]
        results.append(frame.call(args.positional[0], Args(value), node))
    return Items(results)


def filtered(frame: Frame, args: Args, node: ast.AST) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    element = structure.element_of(frame, args.positional[1])
    frame.call(args.positional[0], Args([element]), node)
    return Items([element])


def reduced(frame: Frame, args: Args, node: ast.AST) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    element = structure.element_of(frame, args.positional[1])
    first = args.positional[2] if len(args.positional) > 2 else element
    return join([first, frame.call(args.positional[0], Args([first, element]), node)])


def enumerated(frame: Frame, args: Args, node: ast.AST) -> Value:
    element = structure.element_of(frame, args.positional[0]) if args.positional else UNKNOWN
    return Items([Items([Other("a number"), element], exact=True)])


def zipped(frame: Frame, args: Args, node: ast.AST) -> Value:
    exact = [value.elements for value in args.positional if isinstance(value, Items) and value.exact]
    if exact and len(exact) == len(args.positional):
        return Items([Items(list(pair), exact=True) for pair in zip(*exact, strict=False)], exact=True)
    first = args.positional[0] if args.positional else UNKNOWN
    if isinstance(first, Items) and first.exact:
        rest = [structure.element_of(frame, value) for value in args.positional[1:]]
        return Items([Items([element, *rest], exact=True) for element in first.elements])
    parts = [structure.element_of(frame, value) for value in args.positional]
    return Items([Items(parts, exact=True)])


def grouped(frame: Frame, args: Args, node: ast.AST) -> Value:
    element = structure.element_of(frame, args.positional[0]) if args.positional else UNKNOWN
    return Items([Items([UNKNOWN, Items([element])], exact=True)])
