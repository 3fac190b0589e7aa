"""Builtins and the standard library: what calling their functions does."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

from ownedfields.engine.data.declarations import ModelClass, Object
from ownedfields.engine.data.uses import Args, Carrier, Context, Getter, MethodCaller, Partial, TypeHint
from ownedfields.engine.data.values import (
    HOLE,
    NOTHING,
    UNKNOWN,
    Bound,
    Items,
    Namespace,
    Other,
    Symbol,
    Table,
    Unknown,
    Value,
    VarsOf,
    element_texts,
    join,
    options_of,
    text,
    texts_of,
)
from ownedfields.engine.files.walking import walk
from ownedfields.engine.judging import evidence
from ownedfields.engine.libraries import iterables, wrappers
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame


def copy(value: Value) -> Value:
    if isinstance(value, Table):
        return value.copy()
    if isinstance(value, Items):
        return Items(list(value.elements), value.exact)
    return value


def set_attribute(frame: Frame, args: Args, node: ast.AST) -> Value:
    if len(args.positional) < 2:
        return NOTHING
    receiver, names = args.positional[0], texts_of(args.positional[1])
    for owned in evidence.instances(frame, receiver, node):
        frame.write("OPR102", owned.model, names, node, how="setattr()", evidence=[owned.evidence])
        if not names and frame.project.strict:
            frame.write(
                "OPR191", owned.model, ["*"], node, how="setattr() with an unknown name", evidence=[owned.evidence]
            )
    for option in options_of(receiver):
        if isinstance(option, Object | Namespace) and len(args.positional) > 2:
            for name in names:
                option.attrs[name] = args.positional[2]
    return NOTHING


def _delete_attribute(frame: Frame, args: Args, node: ast.AST) -> Value:
    for owned in evidence.instances(frame, args.get(0, "obj") or UNKNOWN, node):
        frame.write(
            "OPR105", owned.model, texts_of(args.get(1, "name")), node, how="delattr()", evidence=[owned.evidence]
        )
    return NOTHING


def _get_attribute(frame: Frame, args: Args, node: ast.AST) -> Value:
    receiver, names = args.get(0, "obj") or UNKNOWN, texts_of(args.get(1, "name"))
    results = [attribute_of(frame, receiver, name, node) for name in sorted(names)]
    default = args.positional[2:3]
    return join([*results, *(item for item in default if item != NOTHING)]) if results else UNKNOWN


def _set_item(frame: Frame, args: Args, node: ast.AST) -> Value:
    for option in options_of(args.get(0, "a") or UNKNOWN):
        names = texts_of(args.get(1, "b"))
        if isinstance(option, VarsOf):
            evidence.vars_written(frame, option, names, node)
        elif isinstance(option, Table):
            option.keys.update(dict.fromkeys(sorted(names), args.get(2, "c") or UNKNOWN))
    return NOTHING


def _vars(frame: Frame, args: Args, node: ast.AST) -> Value:
    if not args.positional:
        return _locals(frame, args, node)
    return attribute_of(frame, args.positional[0], "__dict__", node)


def _locals(frame: Frame, args: Args, node: ast.AST) -> Value:
    return Table({name: value for name, value in frame.scope.names.items() if "." not in name}, open=False)


def _globals(frame: Frame, args: Args, node: ast.AST) -> Value:
    names = frame.module.scope.names
    return Table({name: frame.project.resolve(value) for name, value in names.items() if "." not in name}, open=True)


def _dict(frame: Frame, args: Args, node: ast.AST) -> Value:
    table = Table(open=args.loose)
    for value in args.positional:
        structure.merge(table, structure.as_table(frame, value))
    table.keys.update(args.keywords)
    return table


def _type(frame: Frame, args: Args, node: ast.AST) -> Value:
    if len(args.positional) == 3:
        bases = structure.element_of(frame, args.positional[1])
        models = [option for option in options_of(bases) if isinstance(option, ModelClass)]
        return models[0] if models else UNKNOWN
    return attribute_of(frame, args.positional[0], "__class__", node) if len(args.positional) == 1 else UNKNOWN


def _partial(frame: Frame, args: Args, node: ast.AST) -> Value:
    if not args.positional:
        return UNKNOWN
    callee, rest = args.positional[0], Args(args.positional[1:], args.keywords, args.loose, args.starred)
    if rest.keywords or rest.positional:
        for option in options_of(callee):
            if isinstance(option, Bound | ModelClass | Symbol | Partial | Carrier):
                frame.call(option, rest, node)
            frame.project.meetings.note_call(frame, option, rest, node)
    return Partial(callee, rest)


def _methodcaller(frame: Frame, args: Args, node: ast.AST) -> Value:
    return MethodCaller(args.get(0, "name") or UNKNOWN, Args(args.positional[1:], args.keywords, args.loose))


def _attrgetter(frame: Frame, args: Args, node: ast.AST) -> Value:
    names = sorted(texts_of(args.get(0, "attr")))
    return Getter(names[0]) if names else UNKNOWN


def _cast(frame: Frame, args: Args, node: ast.AST) -> Value:
    hint = getattr(node, "args", [None])[0]
    declared = annotated_value(frame, hint)
    return args.positional[1] if isinstance(declared, Unknown) and len(args.positional) > 1 else declared


def _type_var(frame: Frame, args: Args, node: ast.AST) -> Value:
    for keyword in getattr(node, "keywords", []):
        if keyword.arg == "bound":
            return TypeHint(annotated_value(frame, keyword.value))
    return Symbol("typing.Any")


def _new_type(frame: Frame, args: Args, node: ast.AST) -> Value:
    arguments = getattr(node, "args", [])
    return TypeHint(annotated_value(frame, arguments[1])) if len(arguments) > 1 else UNKNOWN


def _namespace(frame: Frame, args: Args, node: ast.AST) -> Value:
    return Namespace(dict(args.keywords))


def _import_string(frame: Frame, args: Args, node: ast.AST) -> Value:
    results = []
    for path in sorted(texts_of(args.get(0, "dotted_path"))):
        source, _, name = path.replace(":", ".").rpartition(".")
        results.append(frame.project.imported(frame.module, source, name))
    return join(results)


def _import_module(frame: Frame, args: Args, node: ast.AST) -> Value:
    names = sorted(texts_of(args.get(0, "name")))
    return frame.project.module_value(frame.module, names[0]) if names else UNKNOWN


def _text(frame: Frame, args: Args, node: ast.AST) -> Value:
    value = args.positional[0] if args.positional else text("")
    return value if texts_of(value) else text(HOLE)


def _same_text(frame: Frame, args: Args, node: ast.AST) -> Value:
    return args.positional[0] if args.positional else UNKNOWN


def _execute(frame: Frame, args: Args, node: ast.AST) -> Value:
    for source in sorted(texts_of(args.get(0, "source"))):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for item in walk(tree):
            ast.copy_location(item, node)
        around = frame.statement
        frame.run(tree.body)
        frame.statement = around
    return UNKNOWN


def _json(frame: Frame, args: Args, node: ast.AST) -> Value:
    for source in sorted(texts_of(args.get(0, "s"))):
        try:
            content = json.loads(source)
        except ValueError:
            continue
        if isinstance(content, dict):
            return Table(dict.fromkeys(content, Other("a literal")))
    return Table(open=True)


def _fromkeys(frame: Frame, args: Args, node: ast.AST) -> Value:
    names = element_texts(args.positional[0]) if args.positional else frozenset()
    return Table(dict.fromkeys(sorted(names), UNKNOWN), open=not names)


def _null_context(frame: Frame, args: Args, node: ast.AST) -> Value:
    return Context(args.positional[0] if args.positional else NOTHING)


def _model_dict(frame: Frame, args: Args, node: ast.AST) -> Value:
    table = Table(open=True)
    for owned in evidence.instances(frame, args.get(0, "instance") or UNKNOWN, node):
        table.keys.update(dict.fromkeys(sorted(owned.model.fields), UNKNOWN))
    return table


def _as_dict(frame: Frame, args: Args, node: ast.AST) -> Value:
    return structure.as_table(frame, args.get(0, "obj") or UNKNOWN)


def _parameter_set(frame: Frame, args: Args, node: ast.AST) -> Value:
    return args.positional[0] if len(args.positional) == 1 else Items(list(args.positional), exact=True)


def _gather(frame: Frame, args: Args, node: ast.AST) -> Value:
    return Items(list(args.positional), exact=not args.starred)


def _default_dict(frame: Frame, args: Args, node: ast.AST) -> Value:
    result = frame.call(args.positional[0], Args(), node) if args.positional else UNKNOWN
    return Table(rest=[result] if isinstance(result, Items | Table) else [], open=True)


def _replace(frame: Frame, args: Args, node: ast.AST) -> Value:
    for owned in evidence.instances(frame, args.get(0, "obj") or UNKNOWN, node):
        frame.write("OPR107", owned.model, set(args.keywords), node, how="replace()", evidence=[owned.evidence])
    return args.positional[0] if args.positional else UNKNOWN


Handler = Callable[[Frame, Args, ast.AST], Value]
HANDLERS: dict[str, Handler] = {
    "dataclasses.asdict": _as_dict, "attr.asdict": _as_dict, "attrs.asdict": _as_dict, "pytest.param": _parameter_set,
    "asyncio.gather": _gather,
    "setattr": set_attribute, "delattr": _delete_attribute, "getattr": _get_attribute, "vars": _vars,
    "locals": _locals, "globals": _globals, "dict": _dict, "collections.OrderedDict": _dict,
    "types.MappingProxyType": _dict, "typing_extensions.cast": _cast,
    "collections.ChainMap": _dict, "type": _type, "map": iterables.mapped, "filter": iterables.filtered,
    "functools.reduce": iterables.reduced, "enumerate": iterables.enumerated, "zip": iterables.zipped,
    "itertools.zip_longest": iterables.zipped, "itertools.groupby": iterables.grouped,
    "itertools.starmap": iterables.star_mapped, "exec": _execute, "eval": _execute, "str": _text,
    "functools.partial": _partial, "functools.partialmethod": wrappers.partial_method,
    "operator.methodcaller": _methodcaller,
    "operator.attrgetter": _attrgetter, "operator.setitem": _set_item, "typing.cast": _cast,
    "typing.TypeVar": _type_var,
    "typing_extensions.TypeVar": _type_var, "typing.NewType": _new_type, "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace, "django.utils.module_loading.import_string": _import_string,
    "importlib.import_module": _import_module, "__import__": _import_module, "textwrap.dedent": _same_text,
    "inspect.cleandoc": _same_text, "django.utils.safestring.mark_safe": _same_text, "sys.intern": _same_text,
    "json.loads": _json, "dict.fromkeys": _fromkeys, "contextlib.nullcontext": _null_context,
    "contextlib.closing": _null_context, "contextlib.aclosing": _null_context,
    "django.forms.models.model_to_dict": _model_dict, "django.forms.model_to_dict": _model_dict,
    "weakref.ref": wrappers.reference, "operator.itemgetter": wrappers.item_getter,
    "django.utils.functional.SimpleLazyObject": wrappers.lazy, "contextvars.ContextVar": wrappers.variable,
    "queue.Queue": wrappers.variable, "queue.SimpleQueue": wrappers.variable, "asyncio.Queue": wrappers.variable,
    "itertools.chain.from_iterable": wrappers.flattened, "string.Template": wrappers.template,
    "collections.defaultdict": _default_dict, "dataclasses.replace": _replace, "copy.replace": _replace,
}  # fmt: skip
