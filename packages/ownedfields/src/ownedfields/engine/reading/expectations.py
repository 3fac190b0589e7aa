"""Decide if a call tells a function more than its annotations and its class already do."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Function, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import UNKNOWN, Other, Unknown, Value, options_of, plain
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.judging.interest import any_interesting, is_interesting
from ownedfields.engine.libraries.relations import is_bound, type_scope
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.lookups import self_attribute

NO_RECEIVER = frozenset({"staticmethod"})
GUARDED = (Instance, ModelClass, Rows)
MAX_DEPTH = 3


def adds_knowledge(frame: Frame, function: Function, args: Args) -> bool:
    """Return True if an argument is of interest, and more than its parameter's annotation says by itself."""
    vocabulary = frame.project.vocabulary
    if not (any_interesting(vocabulary, args.positional) or any_interesting(vocabulary, args.keywords.values())):
        return False
    if args.loose or args.starred or isinstance(function.node, ast.Lambda):
        return True
    parameters = _parameters(function)
    named = {candidate.arg: candidate for candidate in [*parameters, *function.node.args.kwonlyargs]}
    pairs = [*zip(args.positional, parameters, strict=False)]
    pairs += [(value, named[name]) for name, value in args.keywords.items() if name in named]
    if len(pairs) < len(args.positional) + len(args.keywords):
        return True
    return any(not _is_expected(frame, function, value, parameter) for value, parameter in pairs)


def _parameters(function: Function) -> list[ast.arg]:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    own = function.info is not None and not decorator_names(function.node) & NO_RECEIVER
    return positional[1:] if own else positional


def _is_expected(frame: Frame, function: Function, value: Value, parameter: ast.arg) -> bool:
    """Return True if the value is plain, or what the annotation promises. What can be called or filled never is."""
    guarded = []
    for option in map(plain, options_of(value)):
        if isinstance(option, GUARDED):
            guarded.append(option)
        elif not isinstance(option, Other | Unknown) or is_interesting(frame.project.vocabulary, option):
            return False
    return not guarded or {*guarded} <= {*options_of(_promised(frame, function, parameter))}


def _promised(frame: Frame, function: Function, parameter: ast.arg) -> Value:
    memo = frame.project.expected
    entry = memo.get(parameter)
    if entry is not None and not is_bound(function.receiver):
        return entry
    scope = type_scope(function.receiver, function.scope)
    inner = Frame(frame.project, function.module, scope, info=function.info)
    result = annotated_value(inner, parameter.annotation)
    if function.module.evaluated and not is_bound(function.receiver):
        memo[parameter] = result
    return result


def is_loaded(frame: Frame, value: Object, depth: int = 0) -> bool:
    """Return True if an object holds something of interest of which its class does not tell."""
    for name, held in value.attrs.items():
        if is_interesting(frame.project.vocabulary, held, depth) and not _is_told(frame, value, name, held, depth + 1):
            return True
    return False


def _is_told(frame: Frame, value: Object, name: str, held: Value, depth: int) -> bool:
    stored = options_of(self_attribute(frame, value.info, name) or UNKNOWN)
    for option in options_of(held):
        if isinstance(option, Object) and depth < MAX_DEPTH:
            same = any(isinstance(item, Object) and item.info is option.info for item in stored)
            if not same or is_loaded(frame, option, depth):
                return False
        elif is_interesting(frame.project.vocabulary, option, depth) and not (
            isinstance(option, GUARDED) and option in stored
        ):
            return False
    return True
