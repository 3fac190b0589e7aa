"""Learn the parts that Django gives a class: relations, managers, forms, admins, factories, signal receivers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ownedfields.engine.data.declarations import Class, ClassInfo, Instance, ModelClass, Rows, Tracked
from ownedfields.engine.data.uses import Relation
from ownedfields.engine.data.values import Text, element_texts, options_of, texts_of
from ownedfields.engine.files.walking import walk
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.frame import Frame

ROW_CLASS_MAKERS = ("QuerySet", "Manager")
ROW_PARAMETERS = frozenset({"queryset", "qs", "query_set", "objects", "rows"})
INSTANCE_PARAMETERS = frozenset({"obj", "object", "instance", "object_", "new_object", "original"})
CARRIER_PARAMETERS = frozenset({"form", "serializer", "modeladmin", "model_admin"})
EDITING_VIEWS = ("CreateView", "UpdateView", "BulkCreateView")


def learn(frame: Frame, info: ClassInfo, own: Tracked | None) -> None:
    """Take from a class statement what later code may rely on."""
    model = own or info.model
    if model is not None:
        _learn_model(frame, info, model, is_itself=own is not None)
    info.is_rows_of = _rows_of(frame, info)
    info.works_on = _works_on(frame, info)
    _learn_reverse(frame, info)
    if info.works_on is not None and model is None:
        _judge_declarations(frame, info, info.works_on)


def _learn_model(frame: Frame, info: ClassInfo, model: Tracked, *, is_itself: bool) -> None:
    for base in info.ancestry():
        if base is not info and base.model is None and _is_model_base(base):
            base.model = model
            model.base_classes.append(base)
            frame.project.reconsider(base)
        for name, value in list(base.names.items()):
            if isinstance(value, Relation):
                if value.field_class != "ManyToManyField":
                    model.columns.setdefault(f"{name}_id", name) if name in model.fields else None
                if value.related_name and is_itself:
                    frame.project.learn_related(value.related_name, model)
        for statement in base.node.body:
            _learn_statement(frame, base, statement, model)
    if is_itself:
        _learn_meta(frame, info, model)


def _learn_reverse(frame: Frame, info: ClassInfo) -> None:
    """A relation says what the other side's attribute of the related name holds."""
    for relation in info.names.values():
        if not isinstance(relation, Relation):
            continue
        for option in options_of(relation.target):
            if isinstance(option, Class):
                option.info.reverse.setdefault(_reverse_name(info, relation), (info, relation.field_class))
            named = (frame.project.model_named(label) for label in texts_of(option))
            model = option.model if isinstance(option, ModelClass) else next(named, None)
            if model is not None and model is not info.model:
                model.reverse.setdefault(_reverse_name(info, relation), (info, relation.field_class))


def _reverse_name(info: ClassInfo, relation: Relation) -> str:
    """Return the attribute by which the other side reaches this model."""
    suffix = "" if relation.field_class == "OneToOneField" else "_set"
    return relation.related_name or f"{info.name.lower()}{suffix}"


def _is_model_base(info: ClassInfo) -> bool:
    return info.name not in ("Model",) and not info.name.endswith(("Manager", "QuerySet", "Base"))


def _learn_statement(frame: Frame, info: ClassInfo, statement: ast.stmt, model: Tracked) -> None:
    if isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        names = [statement.target.id]
    else:
        return
    value = statement.value
    if not isinstance(value, ast.Call) or not names:
        return
    if _is_field(value):
        model.positions.extend(name for name in names if name not in model.positions)
        column = next((keyword.value for keyword in value.keywords if keyword.arg == "db_column"), None)
        if isinstance(column, ast.Constant) and isinstance(column.value, str) and names[0] in model.fields:
            model.columns[column.value] = names[0]
        return
    for class_ in _classes_in(frame, info, value):
        mark_rows(frame, class_, model)
    if any(isinstance(info.names.get(name), Rows) for name in names) or _makes_rows(value):
        model.managers.update(names)


def _is_field(value: ast.Call) -> bool:
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name.endswith(("Field", "ForeignKey", "Key"))


def _makes_rows(value: ast.Call) -> bool:
    return any(
        str(getattr(node, "attr", getattr(node, "id", ""))).endswith((*ROW_CLASS_MAKERS, "as_manager", "from_queryset"))
        for node in walk(value)
    )


def _classes_in(frame: Frame, info: ClassInfo, value: ast.expr) -> Iterator[ClassInfo]:
    inner = Frame(frame.project, info.module, info.outer)
    for node in walk(value):
        if isinstance(node, ast.Name | ast.Attribute):
            result = inner.eval(node)
            if isinstance(result, Class) and (
                _is_rows_class(result.info) or result.info.name.endswith(ROW_CLASS_MAKERS)
            ):
                yield result.info


def mark_rows(frame: Frame, info: ClassInfo, model: Tracked) -> None:
    """The class, and what it is made of, is a manager or queryset of the model."""
    for ancestor in info.ancestry():
        if ancestor.is_rows_of is None:
            ancestor.is_rows_of = model
            frame.project.reconsider(ancestor)
        if ancestor not in model.row_classes:
            model.row_classes.append(ancestor)


def _is_rows_class(info: ClassInfo) -> bool:
    return any(path.endswith(ROW_CLASS_MAKERS) for path in info.foreign_bases())


def _learn_meta(frame: Frame, info: ClassInfo, model: Tracked) -> None:
    for ancestor in reversed(list(info.ancestry())):
        meta = ancestor.names.get("Meta")
        if not isinstance(meta, Class) or ancestor.model is not model:
            continue
        for label in texts_of(meta.info.names.get("app_label")):
            model.app_label = label
        table = texts_of(meta.info.names.get("db_table"))
        if len(table) == 1:
            model.table = next(iter(table)).strip('"')


def _rows_of(frame: Frame, info: ClassInfo) -> Tracked | None:
    for base in info.node.bases:
        value = annotated_value(frame, base) if isinstance(base, ast.Subscript) else None
        if isinstance(value, Rows):
            mark_rows(frame, info, value.model)
            return value.model
    for ancestor in info.ancestry():
        if ancestor.is_rows_of is not None:
            return ancestor.is_rows_of
    return info.is_rows_of


def _works_on(frame: Frame, info: ClassInfo) -> Tracked | None:
    meta = info.names.get("Meta")
    values = [info.names.get("model"), info.names.get("queryset")]
    if isinstance(meta, Class):
        values.append(meta.info.find("model"))
    for value in values:
        for option in options_of(value) if value is not None else ():
            if isinstance(option, ModelClass | Rows | Instance):
                return option.model
            if isinstance(option, Text) and (result := _by_label(frame, option)) is not None:
                return result
    for base in info.node.bases:
        if isinstance(base, ast.Subscript) and info.is_rows_of is None:
            of = annotated_value(frame, base.slice if not isinstance(base.slice, ast.Tuple) else base.slice.elts[0])
            if isinstance(of, Instance):
                return of.model
    return _registered(frame, info) or next(
        (ancestor.works_on for ancestor in info.ancestry() if ancestor.works_on is not None), None
    )


def _by_label(frame: Frame, label: Text) -> Tracked | None:
    for name in label.options:
        if "." in name:
            return frame.project.model_named(name)
    return None


def _registered(frame: Frame, info: ClassInfo) -> Tracked | None:
    for decorator in info.node.decorator_list:
        if isinstance(decorator, ast.Call):
            for argument in decorator.args:
                value = frame.eval(argument)
                if isinstance(value, ModelClass):
                    return value.model
    return None


def _judge_declarations(frame: Frame, info: ClassInfo, model: Tracked) -> None:
    base_names = " ".join([*info.foreign_bases(), *(ancestor.name for ancestor in info.ancestry())])
    inner = Frame(frame.project, frame.module, frame.scope, symbol=info.name)
    inner.site = frame.site
    if "Factory" in base_names or "Recipe" in base_names:
        _judge_factory(inner, info, model)
    elif "Form" in base_names:
        meta = info.names.get("Meta")
        if isinstance(meta, Class):
            _judge_fields(inner, meta.info, model, ("fields",), "a model form")
    elif any(view in base_names for view in EDITING_VIEWS):
        _judge_fields(inner, info, model, ("fields",), "an editing view")
    elif "Admin" in base_names or "Inline" in base_names:
        _judge_fields(inner, info, model, ("list_editable",), "list_editable")


def _judge_fields(frame: Frame, info: ClassInfo, model: Tracked, names: tuple[str, ...], how: str) -> None:
    for statement in info.node.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        if statement.targets[0].id in names:
            value = info.names.get(statement.targets[0].id)
            written = element_texts(value) | (model.fields if "__all__" in texts_of(value) else frozenset())
            frame.statement = statement
            frame.write("OPR112", model, written, statement, how=how, evidence=[])


def _judge_factory(frame: Frame, info: ClassInfo, model: Tracked) -> None:
    for statement in walk(info.node):
        names: list[str] = []
        if isinstance(statement, ast.Assign) and statement in info.node.body:
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        elif (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement in info.node.body
        ):
            names = [statement.target.id]
        elif (
            isinstance(statement, ast.Call)
            and str(getattr(statement.func, "attr", getattr(statement.func, "id", ""))) == "Trait"
        ):
            names = [keyword.arg for keyword in statement.keywords if keyword.arg]
        if names:
            frame.statement = statement
            frame.write("OPR113", model, names, statement, how="a test-data factory", evidence=[])
