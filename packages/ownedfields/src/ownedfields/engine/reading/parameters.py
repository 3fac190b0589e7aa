"""Infer the arguments that Django, pytest or a dispatcher will pass to a function."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Function, Instance, ModelClass, Rows, Tracked
from ownedfields.engine.data.uses import Carrier
from ownedfields.engine.data.values import Items, Text, Value, options_of, texts_of
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.lookups import fixture_value
from ownedfields.engine.reading.structure import element_of, item_at

ROW_CLASS_MAKERS = ("QuerySet", "Manager")
ROW_PARAMETERS = frozenset({"queryset", "qs", "query_set", "objects", "rows"})
INSTANCE_PARAMETERS = frozenset({"obj", "object", "instance", "object_", "new_object", "original"})
CARRIER_PARAMETERS = frozenset({"form", "serializer", "modeladmin", "model_admin"})
EDITING_VIEWS = ("CreateView", "UpdateView", "BulkCreateView")


def note_receivers(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
    """`@receiver(signal, sender=Model)`: the parameter `instance` is a row of it."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "sender":
                    note_sender(frame, function, frame.eval(keyword.value))
            if "register" in decorator_names_of(decorator) and decorator.args:
                sender = frame.eval(decorator.args[0])
                if isinstance(sender, ModelClass):
                    frame.project.dispatched[node] = sender.model


def decorator_names_of(decorator: ast.Call) -> set[str]:
    """Return the last part of a decorator's name."""
    return {str(getattr(decorator.func, "attr", getattr(decorator.func, "id", "")))}


def note_sender(frame: Frame, function: Function, sender: Value) -> None:
    """The function will be called with rows of `sender`."""
    for option in options_of(sender):
        if isinstance(option, Text):
            model = next((result for label in option.options if (result := frame.project.model_named(label))), None)
        else:
            model = option.model if isinstance(option, ModelClass) else None
        if model is not None:
            frame.project.senders.setdefault(function.node, set()).add(model)
            frame.project.facts.note(function.module.path)
            frame.project.forget(function)


def parameter_of(frame: Frame, function: Function, parameter: ast.arg) -> Value | None:
    """Return the value that Django or pytest will pass for a parameter, as far as its name and place tell."""
    name = parameter.arg
    dispatched = frame.project.dispatched.get(function.node)
    if dispatched is not None and function.node.args.args and function.node.args.args[0] is parameter:
        return Instance(dispatched, frame.evidence(function.node, "registered for the model"))
    for model in frame.project.senders.get(function.node, ()):
        if name in ("instance", "sender"):
            evidence = frame.evidence(function.node, "connected to the model's signal")
            return Instance(model, evidence) if name == "instance" else ModelClass(model, model.info)
    if function.info is not None and function.info.works_on is not None:
        return _of_method(frame, function, name, function.info.works_on)
    if name in ROW_PARAMETERS and function.info is None:
        return _of_action(frame, function)
    value = _parametrized(frame, function, name)
    return value if value is not None else fixture_value(frame, function, name)


def _parametrized(frame: Frame, function: Function, name: str) -> Value | None:
    """`@pytest.mark.parametrize("name", [...])` on the test or its class."""
    decorated = [function.node, *([function.info.node] if function.info is not None else [])]
    for decorator in [item for node in decorated for item in getattr(node, "decorator_list", [])]:
        if not isinstance(decorator, ast.Call) or len(decorator.args) < 2:
            continue
        if "parametrize" not in decorator_names_of(decorator):
            continue
        outer = Frame(frame.project, function.module, function.scope)
        names = _parameter_names(outer.eval(decorator.args[0]))
        if name in names:
            row = element_of(outer, outer.eval(decorator.args[1]))
            return row if len(names) == 1 else item_at(outer, row, names.index(name))
    return None


def _parameter_names(value: Value) -> list[str]:
    if isinstance(value, Items):
        return [text for element in value.elements for text in texts_of(element)]
    return [name.strip() for text in texts_of(value) for name in text.split(",")]


def _of_method(frame: Frame, function: Function, name: str, model: Tracked) -> Value | None:
    evidence = frame.evidence(function.info.node, "works on the model") if function.info is not None else None
    if name in ROW_PARAMETERS:
        return Rows(model, evidence)
    if name in INSTANCE_PARAMETERS:
        return Instance(model, evidence)
    if name in CARRIER_PARAMETERS:
        return Carrier(model)
    return None


def _of_action(frame: Frame, function: Function) -> Value | None:
    admins = [info for info in function.module.classes if info.works_on is not None]
    for info in admins:
        for option in options_of(info.names.get("actions") or Items()):
            listed = option.elements if isinstance(option, Items) else []
            named = {item.node for item in listed if isinstance(item, Function)}
            if function.node in named and info.works_on is not None:
                return Rows(info.works_on, frame.evidence(info.node, "an action of this admin"))
    models = {info.works_on for info in admins}
    if len(models) == 1 and "action" in decorator_names(function.node):
        model = models.pop()
        return Rows(model, frame.evidence(admins[0].node, "an action of this admin")) if model is not None else None
    return None
