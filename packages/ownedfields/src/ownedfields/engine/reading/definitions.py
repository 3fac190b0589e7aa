"""Imports, functions and classes: what their statements bind."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, ClassInfo, Function, Imported, ModelClass, info_of
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import Value
from ownedfields.engine.libraries import django_classes
from ownedfields.engine.reading import parameters
from ownedfields.engine.reading.annotations import annotated_value, type_parameters
from ownedfields.engine.reading.frame import Frame


def bind_imports(frame: Frame, node: ast.Import) -> None:
    """`import a.b as c` binds the module, `import a.b` its root."""
    for alias in node.names:
        name = alias.asname or alias.name.partition(".")[0]
        source = alias.name if alias.asname else alias.name.partition(".")[0]
        frame.scope.bind(name, Imported(source, "", frame.module))


def bind_names(frame: Frame, node: ast.ImportFrom) -> None:
    """`from a import b as c`, looked up when it is first used; `*` at once."""
    source = frame.module.absolute(node.module, node.level)
    for alias in node.names:
        if alias.name == "*":
            _bind_all(frame, source)
        else:
            frame.scope.bind(alias.asname or alias.name, Imported(source, alias.name, frame.module))


def _bind_all(frame: Frame, source: str) -> None:
    loaded_module = frame.project.load(source, frame.module)
    if loaded_module is not None:
        for name, value in list(loaded_module.scope.names.items()):
            if "." not in name and not name.startswith("_"):
                frame.scope.names[name] = value
    for model in frame.project.tracked:
        if model.module == source and model.name not in frame.scope.names:
            frame.scope.bind(model.name, ModelClass(model, model.info))


def define_function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Bind the function, and put its body in line to be read once all names around it are known."""
    wrappers = [frame.eval(decorator) for decorator in node.decorator_list]
    for default in [*node.args.defaults, *node.args.kw_defaults]:
        if default is not None:
            frame.eval(default)
    scope = frame.scope if frame.scope.block != "class" else _outer(frame.scope)
    function = Function(node, frame.module, _closure(scope), frame.info if frame.scope.block == "class" else None)
    frame.scope.bind(node.name, function)
    frame.module.wrapped += [
        (wrapper, function) for wrapper in wrappers if isinstance(wrapper, Function) and frame.site is None
    ]
    parameters.note_receivers(frame, node, function)
    if frame.scope.block == "function":
        frame.pending.append(function)
    elif frame.site is None:
        frame.module.pending.append((function, None))


def _outer(scope: Scope) -> Scope:
    return scope.parent if scope.parent is not None else scope


def _closure(scope: Scope) -> Scope:
    """Return the scope that a function's free names are looked up in: as they are now, else as they will be."""
    if scope.block == "module":
        return scope
    return Scope("closure", scope, dict(scope.names))


def define_class(frame: Frame, node: ast.ClassDef) -> None:
    """Read the class body, and find out what model the class is, or works on."""
    bases = [frame.eval(base) for base in node.bases]
    for keyword in node.keywords:
        frame.eval(keyword.value)
    info = ClassInfo(node, frame.module, frame.scope, bases)
    _bind_type_variables(frame, info)
    frame.module.classes.append(info)
    own = frame.project.tracked_class(info)
    inherited = next((base.model for base in bases if isinstance(base, ModelClass)), None)
    info.model = own or inherited
    if own is not None:
        own.info = own.info or info
    value: Value = ModelClass(info.model, info) if info.model is not None else Class(info)
    decorators = [frame.eval(decorator) for decorator in node.decorator_list]
    _read_body(frame, node, info)
    frame.scope.bind(node.name, value)
    django_classes.learn(frame, info, own)
    for decorator in decorators if info.model is not None else ():
        if isinstance(decorator, Function):
            frame.call(decorator, Args([value]), node)


def _bind_type_variables(frame: Frame, info: ClassInfo) -> None:
    """`class RunStore(Store[OperationRun])`: the base's type variable stands for the model here."""
    for node, value in zip(info.node.bases, info.bases, strict=True):
        base = info_of(value)
        if base is None:
            continue
        info.binds.update(base.binds)
        if isinstance(node, ast.Subscript):
            arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            values = [annotated_value(frame, argument) for argument in arguments]
            info.binds.update(zip(type_parameters(base), values, strict=False))


def _read_body(frame: Frame, node: ast.ClassDef, info: ClassInfo) -> None:
    inner = Frame(
        frame.project,
        frame.module,
        Scope("class", _closure(frame.scope)),
        info=info,
        symbol=node.name if frame.symbol == "<module>" else f"{frame.symbol}.{node.name}",
        site=frame.site,
        active=frame.active,
    )
    info.names = inner.scope.names
    inner.scope.bind("__class__", Class(info))
    inner.run(node.body)
    info.names = inner.scope.names
