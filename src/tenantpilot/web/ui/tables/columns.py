"""The columns of a list that a person wants to see: named by the address of the list, else kept with the session."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.declaration import Column, Table

KEY = "columns"
SEPARATOR = "."
MOST = 12
"""The number of columns that the styles have a rule for."""


@dataclass(frozen=True)
class Choosable:
    """A column that can be left out. `key` is its name in addresses, `place` its place in the declaration."""

    key: str
    place: int
    column: Column
    is_shown: bool


@dataclass(frozen=True)
class ColumnChoice:
    """All columns but the first, each with whether it is shown."""

    choosable: tuple[Choosable, ...]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the keys of the columns that are left out."""
        return tuple(choice.key for choice in self.choosable if not choice.is_shown)

    @property
    def text(self) -> str:
        """Return the columns that are shown, as an address names them."""
        return SEPARATOR.join(choice.key for choice in self.choosable if choice.is_shown)

    def css(self, offset: int) -> str:
        """Return the classes of the table that hide columns; `offset` columns stand before the first one."""
        return " ".join(f"without-{choice.place + 1 + offset}" for choice in self.choosable if not choice.is_shown)

    @property
    def plain(self) -> str:
        return self.css(0)

    @property
    def beside_picks(self) -> str:
        """Return the same for a table whose rows begin with a box."""
        return self.css(1)


def chosen_columns(table: Table, request: HttpRequest) -> ColumnChoice:
    """Return the columns that the address names, else those of the session, else the usual ones."""
    if named := named_columns(table, parameters.as_sent(request.GET, KEY)):
        return _choice(table, named)
    stored_keys = request.session.get(KEY, {}).get(table.name) if hasattr(request, "session") else None
    # What an older version kept may name columns by other keys: nothing of it is known, so the usual ones are shown.
    is_usable = stored_keys is not None and (not stored_keys or _known(table, stored_keys))
    return _choice(table, stored_keys if is_usable else None)


def named_columns(table: Table, text: str) -> tuple[str, ...]:
    """Return the columns of the table that a text from an address names; none where nothing of it can be read."""
    return _known(table, text.split(SEPARATOR)) if names_columns(table) else ()


def names_columns(table: Table) -> bool:
    """Return True if the columns of the table have keys, so that an address can name them."""
    return all(column.key for column in table.columns[1:MOST] if not column.is_spoken_only)


def usual_columns(table: Table) -> str:
    return _choice(table, None).text


def keep_columns(table: Table, request: HttpRequest) -> bool:
    """Keep the choice that a form sent; return False where none was sent."""
    if not parameters.is_sent(request.GET, "choose-columns"):
        return False
    keys = _known(table, parameters.texts(request.GET, "column"))
    request.session[KEY] = {**request.session.get(KEY, {}), table.name: list(keys)}
    return True


def _choice(table: Table, column_keys: Iterable[str] | None) -> ColumnChoice:
    chosen = None if column_keys is None else set(column_keys)
    return ColumnChoice(
        tuple(
            Choosable(key, place, column, key in chosen if chosen is not None else _is_usual(table, column))
            for key, place, column in _choosable(table)
        )
    )


def _known(table: Table, keys: Iterable[str]) -> tuple[str, ...]:
    """Return those of the keys that the table has, each once and in its order."""
    chosen_keys = set(keys)
    return tuple(key for key, _place, _column in _choosable(table) if key in chosen_keys)


def _choosable(table: Table) -> list[tuple[str, int, Column]]:
    return [
        (column.key or str(place), place, column)
        for place, column in enumerate(table.columns[:MOST])
        if place and not column.is_spoken_only
    ]


def _is_usual(table: Table, column: Column) -> bool:
    return str(column.label) not in table.hidden_columns
