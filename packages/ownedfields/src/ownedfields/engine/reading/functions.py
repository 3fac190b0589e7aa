"""Functions whose body can be read: reviewed once for themselves, and again with what a caller hands them."""

from __future__ import annotations

import ast
import contextlib

from ownedfields.engine.data.declarations import Function, Object
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.uses import Args, Context, Narrowed
from ownedfields.engine.data.values import NOTHING, UNKNOWN, Items, Other, Table, Text, Unknown, Value, join, options_of
from ownedfields.engine.files.project import Project
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.files.words import words_of
from ownedfields.engine.judging.interest import any_interesting
from ownedfields.engine.judging.positions import Site
from ownedfields.engine.libraries.relations import is_bound
from ownedfields.engine.reading.annotated_results import CONTEXT_MAKERS, promised, receiver_of
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.call_cache import Cut, Handed, Known, NotToKeep, fresh
from ownedfields.engine.reading.expectations import NO_RECEIVER, adds_knowledge, is_loaded
from ownedfields.engine.reading.frame import MAX_DEPTH, Frame, calls
from ownedfields.engine.reading.parameters import parameter_of
from ownedfields.engine.reading.structure import as_table

MADE_OF_PARTS = frozenset((Table, Items, Object))
SHORT, LONG = 16, 200
WRITING_WORDS = frozenset(
    "setattr __dict__ vars update_fields execute bulk_update update aupdate create defaults".split(),
)


def review(project: Project, function: Function, receiver: Value | None) -> None:
    """Read a body with nothing known of its caller."""
    if function.node in project.reviewed:
        return
    project.reviewed.add(function.node)
    frame = _frame(project, function, receiver, site=None, active=())
    _bind_parameters(frame, function, None, receiver)
    result = _run(frame, function)
    if function.node not in project.summaries:
        project.summaries[function.node] = _better(frame, function, result)


def wrap(project: Project, wrapper: Function, function: Function) -> None:
    """Read what a decorator makes of a function: it may call it with something of interest."""
    frame = Frame(project, function.module, function.module.scope)
    frame.statement = function.node
    frame.active = (function.node,)
    inner = call_readable(frame, wrapper, Args([function]), function.node)
    for option in options_of(inner):
        if isinstance(option, Function) and option.node is not function.node:
            project.forget(option)
            review(project, option, None)
            project.forget(option)


def call_readable(frame: Frame, function: Function, args: Args, node: ast.AST) -> Value:
    """Return the value of a call, its body read with these arguments whatever they are."""
    inner = _frame(frame.project, function, function.receiver, site=Site(frame.module, frame.place(node)), active=())
    _bind_parameters(inner, function, args, function.receiver)
    return _run(inner, function)


def _frame(
    project: Project, function: Function, receiver: Value | None, *, site: Site | None, active: tuple[ast.AST, ...]
) -> Frame:
    name = getattr(function.node, "name", "<lambda>")
    project.effects.homes[function.node] = function.module.path
    prefix = _qualified(function)
    return Frame(
        project,
        function.module,
        Scope("function", function.scope),
        info=function.info,
        receiver=receiver,
        symbol=f"{prefix}.{name}" if prefix else name,
        site=site,
        active=(*active, function.node),
    )


def _qualified(function: Function) -> str:
    return function.info.node.name if function.info is not None else ""


def _run(frame: Frame, function: Function) -> Value:
    node = function.node
    if isinstance(node, ast.Lambda):
        frame.statement = node
        return frame.eval(node.body)
    fell = frame.run(node.body)
    if frame.site is None:
        for inner in frame.pending:
            review(frame.project, inner, None)
    results = list(frame.returned)
    if fell and not frame.yielded and results:
        results.append(NOTHING)
    if frame.yielded:
        value = join(frame.yielded)
        if decorator_names(node) & CONTEXT_MAKERS:
            return Context(value)
        return value if "fixture" in decorator_names(node) else Items(list(frame.yielded))
    return join(results) if results else NOTHING


def _bind_parameters(frame: Frame, function: Function, args: Args | None, receiver: Value | None) -> None:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    names = decorator_names(function.node)
    own = function.info is not None and not names & NO_RECEIVER and not isinstance(function.node, ast.Lambda)
    offset = 0
    complete = args is not None and not (args.loose or args.starred)
    for number, parameter in enumerate(positional):
        if own and number == 0:
            frame.scope.bind(parameter.arg, receiver_of(function, receiver, names))
            offset = 1
            continue
        value = args.get(number - offset, parameter.arg) if args is not None else None
        frame.scope.bind(
            parameter.arg, _parameter(frame, function, parameter, value, defaults.get(parameter), called=complete)
        )
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        value = args.keywords.get(parameter.arg) if args is not None else None
        frame.scope.bind(parameter.arg, _parameter(frame, function, parameter, value, default, called=complete))
    if arguments.vararg is not None:
        rest = args.positional[max(len(positional) - offset, 0) :] if args is not None else []
        declared = annotated_value(frame, arguments.vararg.annotation)
        frame.scope.bind(arguments.vararg.arg, Items(rest, exact=True) if rest else Items([declared]))
    if arguments.kwarg is not None:
        frame.scope.bind(arguments.kwarg.arg, _keywords(frame, arguments, args))


def _keywords(frame: Frame, arguments: ast.arguments, args: Args | None) -> Table:
    named = {arg.arg for arg in [*arguments.args, *arguments.kwonlyargs]}
    if args is None:
        declared = annotated_value(frame, arguments.kwarg.annotation if arguments.kwarg else None)
        if isinstance(declared, Object) and _says_unpack(arguments.kwarg):
            return as_table(frame, declared)
        return Table(rest=[declared] if not isinstance(declared, Unknown) else [], open=True)
    return Table({name: value for name, value in args.keywords.items() if name not in named}, open=args.loose)


def _parameter(
    frame: Frame,
    function: Function,
    parameter: ast.arg,
    argument: Value | None,
    default: ast.expr | None,
    *,
    called: bool,
) -> Value:
    if argument is not None and not isinstance(argument, Unknown):
        return argument
    declared = _declared(frame, function, parameter)
    entry = parameter_of(frame, function, parameter)
    if entry is not None:
        return entry
    if not isinstance(declared, Unknown):
        return declared
    if argument is not None:
        return argument
    if default is not None:
        value = frame.eval(default)
        if called:
            return value
        if not isinstance(value, Other | Unknown):
            return join([value, Unknown(parameter.arg)])
    return UNKNOWN


def _declared(frame: Frame, function: Function, parameter: ast.arg) -> Value:
    """Return the value that the annotation promises; it is remembered where nobody can change it."""
    memo = frame.project.declared
    if parameter in memo and not is_bound(frame.receiver):
        return memo[parameter]
    result = annotated_value(frame, parameter.annotation)
    settled = function.scope.block == "module" and function.module.evaluated
    if settled and isinstance(result, Other | Text) and not is_bound(frame.receiver):
        memo[parameter] = result
    return result


@calls(Function)
def call_function(frame: Frame, function: Function, args: Args, node: ast.AST) -> Value:
    """Return the value of a call; its body is read again when an argument is of interest."""
    receiver = function.receiver
    if function.node in frame.active:
        frame.project.cut.at(frame.active.index(function.node))
        return promised(frame, function)
    if len(frame.active) > MAX_DEPTH:
        frame.project.cut.deep = True
        return promised(frame, function)
    if not _is_worth_reading(frame, function, args):
        result = summary(frame, function, receiver)
        frame.project.effects.through(frame, function, node)
        return result
    frame.module.needs.add(function.module.path) if function.module is not frame.module else None
    if frame.module.calls_left <= 0:
        frame.project.cut.deep = True
        return summary(frame, function, receiver)
    if not _may_matter(frame, function):
        return summary(frame, function, receiver)
    if not isinstance(function.node, ast.Lambda) and function.module.evaluated and function.scope.block != "closure":
        review(frame.project, function, None)
    handed = Handed(function, args)
    entry = frame.project.known_calls.get(handed.key)
    if entry is not None and len(frame.active) >= entry.depth:
        return handed.filled(entry.result)
    return _read_with(frame, function, args, node, handed)


def _read_with(frame: Frame, function: Function, args: Args, node: ast.AST, handed: Handed) -> Value:
    """Read the body with these arguments, and remember what comes of it where it changes nothing."""
    project = frame.project
    frame.module.calls_left -= 1
    noted, cuts_outside, project.cut = project.effects.noted, project.cut, Cut()
    site = frame.site or Site(frame.module, frame.place(node))
    inner = _frame(project, function, function.receiver, site=site, active=frame.active)
    inner.quiet = 0
    _bind_parameters(inner, function, args, function.receiver)
    result = _better(frame, function, _run(inner, function))
    cut, project.cut = project.cut, project.cut.joined(cuts_outside)
    depth = len(frame.active)
    if handed.key is None or project.effects.noted != noted or cut.level < depth:
        return result
    if handed.is_as_before(function, args):
        with contextlib.suppress(NotToKeep):
            project.known_calls[handed.key] = Known(handed.kept(result, function), depth if cut.deep else 0)
    return result


def _is_worth_reading(frame: Frame, function: Function, args: Args) -> bool:
    """Return True if the body may say something about these arguments that it does not say by itself."""
    if args.keywords and not frame.project.words.isdisjoint(args.keywords):
        return True
    if adds_knowledge(frame, function, args):
        return True
    if not MADE_OF_PARTS.isdisjoint(map(type, args.all())) and _speaks(frame, function):
        return True
    return _is_loaded(frame, function.receiver, function)


def _speaks(frame: Frame, function: Function) -> bool:
    """Return True if the body says the name of a protected field."""
    memo = frame.project.speaking
    if function.node not in memo:
        text = _text_of(function)
        memo[function.node] = any(word in text for word in frame.project.words)
    return memo[function.node]


def _is_loaded(frame: Frame, receiver: Value | None, function: Function) -> bool:
    if isinstance(receiver, Object):
        return is_loaded(frame, receiver)
    scope = function.scope
    if scope.block == "closure" and scope.loaded is None:
        scope.loaded = any_interesting(frame.project.vocabulary, list(scope.snapshot.values())[:40])
    return bool(scope.loaded)


def _may_matter(frame: Frame, function: Function) -> bool:
    """Return True if a body is short, or says a word of writing: a long one that says none only reads."""
    memo = frame.project.mattering
    if function.node not in memo:
        text = _text_of(function)
        length = text.count("\n")
        words = frame.project.words | WRITING_WORDS
        memo[function.node] = length < SHORT or (length < LONG and not words.isdisjoint(words_of(text)))
    return memo[function.node]


def _text_of(function: Function) -> str:
    node = function.node
    return "\n".join(function.module.lines[node.lineno - 1 : node.end_lineno])


def summary(frame: Frame, function: Function, receiver: Value | None) -> Value:
    """Return the value that the function hands back to any caller."""
    memo = frame.project.summaries
    if function.node not in memo:
        memo[function.node] = promised(frame, function)
        if function.module.evaluated:
            frame.project.reviewed.add(function.node)
        neutral = None if function.info is not None and function.info.model is not None else receiver
        inner = _frame(frame.project, function, neutral, site=None, active=frame.active)
        _bind_parameters(inner, function, None, neutral)
        memo[function.node] = _better(frame, function, _run(inner, function))
    if function.module is not frame.module:
        frame.module.needs.add(function.module.path)
    return fresh(memo[function.node], function)


def _says_unpack(parameter: ast.arg | None) -> bool:
    node = parameter.annotation if parameter is not None else None
    name = node.value if isinstance(node, ast.Subscript) else None
    return getattr(name, "id", getattr(name, "attr", "")) == "Unpack"


def _better(frame: Frame, function: Function, result: Value) -> Value:
    """Return the body's answer, and the annotation's where the body leaves it open."""
    promise = promised(frame, function)
    if any(isinstance(option, Narrowed) for option in options_of(promise)):
        return promise
    options = options_of(result)
    if not any(isinstance(option, Unknown) for option in options) and result != NOTHING:
        return result
    if isinstance(promise, Unknown):
        return result
    entries = [option for option in options if not isinstance(option, Unknown | Other)]
    return join([*entries, *options_of(promise)])


def apply(frame: Frame, callee: Value, args: Args, node: ast.AST) -> Value:
    """Call whatever is callable among the alternatives of `callee`."""
    return frame.call(callee, args, node)
