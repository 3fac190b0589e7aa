"""Evaluate the methods of models, managers, querysets and forms: their writes and their results."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import (
    Class,
    ForeignRows,
    Function,
    Instance,
    ModelClass,
    Object,
    Rows,
    Tracked,
    info_of,
)
from ownedfields.engine.data.uses import Args, Carrier, Parent
from ownedfields.engine.data.values import (
    UNKNOWN,
    Items,
    Other,
    Table,
    Unknown,
    Value,
    VarsOf,
    element_texts,
    options_of,
    texts_of,
)
from ownedfields.engine.judging import evidence
from ownedfields.engine.libraries import orm_names
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.naming import like_its_name
from ownedfields.engine.reading.parameters import note_sender
from ownedfields.findings import Evidence

MADE = "made here"


def construct(frame: Frame, callee: ModelClass, args: Args, node: ast.AST) -> Value:
    """`Model(...)`: keywords, and positions where the order of the fields is known."""
    model = callee.model
    evidence = frame.evidence(node, MADE)
    frame.write(
        "OPR107", model, constructor_names(model, args), node, how="the constructor", evidence=[callee.evidence]
    )
    return Instance(model, evidence, callee.info)


def constructor_names(model: Tracked, args: Args) -> set[str]:
    """Return the fields that a constructor call sets."""
    names = set(args.keywords)
    order = model.positions if "id" in model.positions else ["id", *model.positions]
    if args.positional or args.starred:
        names |= set(order[: len(args.positional)])
        names |= {"*"} if args.starred or not model.positions else set()
    return names


def instance_method(frame: Frame, receiver: Value, name: str, args: Args, node: ast.AST) -> Value:
    """Return a method that every model has, called on a row or through the class."""
    if isinstance(receiver, ModelClass):
        return _class_method(frame, receiver, name, args, node)
    assert isinstance(receiver, Instance)
    model, evidence = receiver.model, [receiver.evidence]
    if name in ("save", "asave", "save_base"):
        _save(frame, receiver, args, node)
    elif name in ("__setattr__", "__delattr__"):
        rule = "OPR102" if name == "__setattr__" else "OPR105"
        frame.write(rule, model, texts_of(args.get(0, "name")), node, how=name, evidence=evidence)
    elif name == "__init__":
        args = Args(args.positional, args.keywords)  # `super().__init__(*args, **kwargs)` only hands on
        frame.write("OPR107", model, constructor_names(model, args), node, how="__init__()", evidence=evidence)
    elif name == "__setstate__":
        frame.write("OPR104", model, element_texts(args.get(0, "state")), node, how="__setstate__()", evidence=evidence)
    elif name in ("clone", "copy", "replace", "refresh", "reload"):
        return receiver
    else:
        return UNKNOWN
    return Other("nothing")


def _save(frame: Frame, receiver: Instance, args: Args, node: ast.AST) -> None:
    fields = args.keywords.get("update_fields") or args.get(3, "update_fields")
    names = element_texts(fields) if fields is not None else frozenset()
    frame.write("OPR110", receiver.model, names, node, how="save(update_fields=…)", evidence=[receiver.evidence])
    if fields is None and receiver.evidence is not None and receiver.evidence.note == MADE:
        frame.stored(receiver.model, node, "save()")


def _class_method(frame: Frame, receiver: ModelClass, name: str, args: Args, node: ast.AST) -> Value:
    if name in orm_names.INSTANCE_WRITES and args.positional:
        for owned in evidence.instances(frame, args.positional[0], node):
            rest = Args(args.positional[1:], args.keywords, args.loose, args.starred)
            instance_method(frame, Instance(owned.model, owned.evidence), name, rest, node)
        return Other("nothing")
    if name == "from_db":
        names = element_texts(args.get(1, "field_names"))
        frame.write("OPR114", receiver.model, names, node, how="from_db()", evidence=[receiver.evidence])
        return Instance(receiver.model, frame.evidence(node))
    if name == "__new__":
        return Instance(receiver.model, frame.evidence(node))
    if name == "__setattr__" or name == "add_to_class":
        frame.write(
            "OPR102", receiver.model, texts_of(args.get(0, "name")), node, how=name, evidence=[receiver.evidence]
        )
        return Other("nothing")
    if name.startswith(("get", "fetch", "load", "create", "make", "build", "new", "latest", "for_")):
        return Instance(receiver.model, frame.evidence(node))
    return UNKNOWN


def rows_method(frame: Frame, receiver: Rows, name: str, args: Args, node: ast.AST) -> Value:
    """Return a method of a manager or queryset."""
    if name in orm_names.ROWS_WRITES:
        rows_write(frame, receiver.model, name, args, node, receiver.evidence)
    evidence = frame.evidence(node) if isinstance(node, ast.Call) else receiver.evidence
    item = Instance(receiver.model, evidence)
    if name in orm_names.GIVES_INSTANCE or name.startswith("get_by_"):
        return item
    if name in orm_names.GIVES_PAIR:
        return Items([item, Other("created")], exact=True)
    if name in orm_names.GIVES_ITEMS:
        return Items([item])
    if name in ("in_bulk", "ain_bulk"):
        return Table(rest=[item], open=True)
    if name == "values":
        return Items(
            [Table(dict.fromkeys([*(t for a in args.positional for t in texts_of(a)), *args.keywords], UNKNOWN))]
        )
    if name in orm_names.GIVES_OTHER:
        return Other(name)
    if name == "as_manager" or name == "from_queryset":
        return receiver
    return Rows(receiver.model, receiver.evidence)


def rows_write(frame: Frame, model: Tracked, name: str, args: Args, node: ast.AST, evidence: Evidence | None) -> None:
    """Report what a writing method of a manager or queryset writes."""
    bare = name.removeprefix("a") if name.startswith(("aupdate", "acreate", "aget", "abulk")) else name
    names = set(args.keywords)
    rule, how = "OPR103", f"QuerySet.{name}()"
    if bare == "create":
        rule = "OPR106"
    elif bare in ("get_or_create", "update_or_create"):
        rule = "OPR108"
        names = {item for item in names if "__" not in item} - {"defaults", "create_defaults"}
        for key, position in (("defaults", 0), ("create_defaults", 1)):
            names |= structure.keys_of(args.get(position, key) or UNKNOWN)
    elif bare in ("bulk_update", "bulk_create"):
        rule = "OPR109"
        names = set(element_texts(args.get(1, "fields"))) if bare == "bulk_update" else set()
        names |= element_texts(args.keywords.get("update_fields"))
    elif bare.startswith("_"):
        rule = "OPR114"
        names |= {text for value in args.positional for text in _deep_texts(value, 0)}
    frame.write(rule, model, names, node, how=how, evidence=[evidence])


def _deep_texts(value: Value, depth: int) -> set[str]:
    result = set(texts_of(value)) | {
        element.name for element in options_of(value) if hasattr(element, "model") and hasattr(element, "name")
    }
    for option in options_of(value):
        if isinstance(option, Items) and depth < 4:
            for element in option.elements:
                result |= _deep_texts(element, depth + 1)
    return result


def foreign_method(frame: Frame, receiver: Unknown, name: str, args: Args, node: ast.AST) -> Value:
    """Return a method of something unknown; what it is handed may still tell."""
    if name in ("bulk_update", "abulk_update"):
        for owned in evidence.instances(frame, structure.element_of(frame, args.get(0, "objs") or UNKNOWN), node):
            rows_write(frame, owned.model, name, args, node, owned.evidence)
    elif name == "add_update_values" or name == "add_update_fields":
        for model in _query_models(frame, receiver):
            frame.write(
                "OPR114", model, structure.keys_of(args.get(0, "values") or UNKNOWN), node, how=f"{name}()", evidence=[]
            )
    elif name in ("setattr", "object") and args.positional:
        for owned in evidence.instances(frame, args.positional[0], node):
            names = texts_of(args.get(1, "name"))
            frame.write("OPR102", owned.model, names, node, how=f"{name}()", evidence=[owned.evidence])
    elif name in ("setitem", "delitem", "dict") and args.positional:
        patch_vars(frame, args, node)
    elif name == "connect":
        connect(frame, args)
    elif name == "register":
        register(frame, args)
    elif name in orm_names.GETS_OBJECT:
        return first_rows(frame, args, node)
    elif name == "get" and args.positional:
        names = texts_of(args.positional[0])
        return Unknown(next(iter(names))) if len(names) == 1 else UNKNOWN
    elif frame.project.strict and name in orm_names.ROWS_WRITES:
        strict_write(frame, args, node, name)
    if frame.project.hints.another(receiver.hint):
        return receiver
    return Unknown(like_its_name(frame, name) or (name if frame.project.hints.single(name) else ""))


def patch_vars(frame: Frame, args: Args, node: ast.AST) -> None:
    """`monkeypatch.setitem(row.__dict__, name, value)`, `patch.dict(row.__dict__, values)`."""
    value = args.get(1, "values") or UNKNOWN
    names = texts_of(value) | structure.keys_of(value) | set(args.keywords)
    for option in options_of(args.positional[0]):
        if isinstance(option, VarsOf):
            evidence.vars_written(frame, option, names, node)


def strict_write(frame: Frame, args: Args, node: ast.AST, name: str) -> None:
    """In strict mode a write of a protected name through an unknown receiver is reported too."""
    for model in frame.project.tracked:
        frame.write("OPR190", model, set(args.keywords), node, how=f"{name}() of an unknown receiver", evidence=[])


def _query_models(frame: Frame, receiver: Unknown) -> list[Tracked]:
    return [model for model in frame.project.tracked if model.guards and receiver.hint.startswith("query of ")]


def connect(frame: Frame, args: Args) -> None:
    """`signal.connect(handler, sender=Model)`."""
    handler = args.get(0, "receiver")
    sender = args.get(1, "sender")
    for option in options_of(handler) if handler is not None and sender is not None else ():
        if isinstance(option, Function) and sender is not None:
            note_sender(frame, option, sender)
            frame.project.review(option, option.receiver)


def register(frame: Frame, args: Args) -> None:
    """`admin.site.register(Model, Admin)`."""
    models = [model for value in args.positional[:1] for model in _models_in(value)]
    for value in args.positional[1:2]:
        info = info_of(value)
        if info is not None and models:
            info.works_on = info.works_on or models[0]
            frame.project.facts.note(info.module.path)


def _models_in(value: Value) -> list[Tracked]:
    results: list[Tracked] = []
    for option in options_of(value):
        if isinstance(option, ModelClass):
            results.append(option.model)
        elif isinstance(option, Items):
            results.extend(model for element in option.elements for model in _models_in(element))
    return results


def model_of(frame: Frame, args: Args, node: ast.AST) -> Value | None:
    """Return the model that `get_model("app", "Model")` or `get_model("app.Model")` means."""
    first, second = texts_of(args.get(0, "app_label")), texts_of(args.get(1, "model_name"))
    if not first:
        return None
    labels = (
        [f"{app}.{name}" for app in first for name in second] if second else [item for item in first if "." in item]
    )
    results = [model for label in labels if (model := frame.project.model_named(label)) is not None]
    if results:
        frame.project.effects.touch(frame, results[0], node, "looked up by name")
        return ModelClass(results[0], results[0].info, frame.evidence(node))
    return Other("another model")


def foreign_rows_method(receiver: ForeignRows, name: str) -> Value:
    """Return a method of the rows of a model that no guard speaks of."""
    if name in orm_names.GIVES_INSTANCE:
        return Object(receiver.info)
    if name in orm_names.GIVES_PAIR:
        return Items([Object(receiver.info), Other("created")], exact=True)
    if name in orm_names.GIVES_ITEMS:
        return Items([Object(receiver.info)])
    return Other(name) if name in orm_names.GIVES_OTHER else receiver


def first_rows(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`get_object_or_404(Model or queryset, ...)`."""
    for option in options_of(args.positional[0]) if args.positional else ():
        if isinstance(option, ModelClass | Rows):
            return Instance(option.model, frame.evidence(node))
        if isinstance(option, Class | ForeignRows):
            return Object(option.info)
    return Other("another model's row") if args.positional and not isinstance(args.positional[0], Unknown) else UNKNOWN


def carrier_method(frame: Frame, receiver: Carrier, name: str, args: Args, node: ast.AST) -> Value:
    """Return a method of a form, view, serializer, admin or factory."""
    evidence = frame.evidence(node)
    if receiver.info is not None and "Factory" in " ".join([receiver.info.name, *receiver.info.foreign_bases()]):
        return factory_call(frame, receiver, name, args, node)
    if name in ("save", "asave") and args.keywords:
        frame.write("OPR112", receiver.model, set(args.keywords), node, how="a serializer's save()", evidence=[])
    if name in orm_names.CARRIER_GIVES_INSTANCE:
        return Instance(receiver.model, evidence)
    if name in orm_names.CARRIER_GIVES_ROWS:
        return Rows(receiver.model, evidence)
    if name in orm_names.CARRIER_GIVES_ITEMS:
        return Items([Instance(receiver.model, evidence)])
    if name in ("get_form", "get_serializer", "get_formset", "form_class", "as_view"):
        return Carrier(receiver.model) if name != "as_view" else Other("a view")
    return UNKNOWN


def factory_call(frame: Frame, receiver: Carrier, name: str, args: Args, node: ast.AST) -> Value:
    """Return a test-data factory that is called."""
    if name in orm_names.FACTORY_CALLS or name == "":
        frame.write("OPR113", receiver.model, set(args.keywords), node, how="a test-data factory", evidence=[])
    item = Instance(receiver.model, frame.evidence(node))
    return Items([item]) if name.endswith("batch") else item


def parent(frame: Frame, node: ast.Call) -> Value:
    """`super()` and `super(Class, self)`."""
    receiver = frame.eval(node.args[1]) if len(node.args) == 2 else _first_parameter(frame)
    return Parent(receiver)


def _first_parameter(frame: Frame) -> Value:
    scope = frame.scope
    for name in ("self", "cls", "klass", "mcs"):
        value = scope.lookup(name)
        if value is not None:
            return value
    return frame.receiver or UNKNOWN
