"""Migration steps that change many indexes of a model at once.

After each of its own steps Django makes the model and all that are related to it anew: thirty of them took a second of
every first start.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Index


class AddIndexes(Operation):
    """Make several indexes of a model."""

    def __init__(self, model: str, indexes: Sequence[Index]) -> None:
        self.model = model
        self.indexes = list(indexes)

    def describe(self) -> str:
        return f"Indexes of {self.model}: {', '.join(index.name for index in self.indexes)}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        _keep(state, app_label, self.model, [*_known(state, app_label, self.model), *self.indexes])

    def database_forwards(self, app_label: str, schema_editor: Any, _before: ProjectState, after: ProjectState) -> None:
        for index in self.indexes:
            schema_editor.add_index(after.apps.get_model(app_label, self.model), index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, after: ProjectState, _before: ProjectState
    ) -> None:
        for index in self.indexes:
            schema_editor.remove_index(after.apps.get_model(app_label, self.model), index)


class RemoveIndexes(Operation):
    """Drop several indexes of a model, by their names."""

    def __init__(self, model: str, names: Sequence[str]) -> None:
        self.model = model
        self.names = list(names)

    def describe(self) -> str:
        return f"No more indexes of {self.model}: {', '.join(self.names)}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        remaining = [index for index in _known(state, app_label, self.model) if index.name not in self.names]
        _keep(state, app_label, self.model, remaining)

    def database_forwards(self, app_label: str, schema_editor: Any, before: ProjectState, _after: ProjectState) -> None:
        for index in self._named(before, app_label):
            schema_editor.remove_index(before.apps.get_model(app_label, self.model), index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, _after: ProjectState, before: ProjectState
    ) -> None:
        for index in self._named(before, app_label):
            schema_editor.add_index(before.apps.get_model(app_label, self.model), index)

    def _named(self, state: ProjectState, app: str) -> list[Index]:
        return [state.models[app, self.model].get_index_by_name(name) for name in self.names]


class UnindexedFields(Operation):
    """Foreign keys by model, of which Django shall know that they have no index of their own; the database is left."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = dict(fields)

    def describe(self) -> str:
        return f"Foreign keys without an index: {self.fields}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for model, names in self.fields.items():
            fields = state.models[app_label, model].fields
            for name in names:
                fields[name] = fields[name].clone()
                fields[name].db_index = False
            state.reload_model(app_label, model, delay=True)

    def database_forwards(self, *_about: Any) -> None:
        """Nothing."""

    def database_backwards(self, *_about: Any) -> None:
        """Nothing."""


def _known(state: ProjectState, app: str, model: str) -> list[Index]:
    return list(state.models[app, model].options.get("indexes", []))


def _keep(state: ProjectState, app: str, model: str, indexes: list[Index]) -> None:
    state.models[app, model].options["indexes"] = indexes
    state.reload_model(app, model, delay=True)
