"""The columns of a list that a person wants to see, kept with the session."""

from dataclasses import dataclass

from django.http import HttpRequest

from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.declaration import Column, Table

KEY = "columns"
MOST = 12
"""So many columns have a rule in the styles."""


@dataclass(frozen=True)
class Choosable:
    """A column that can be left out. `key` is its place in the declaration."""

    key: str
    column: Column
    is_shown: bool


@dataclass(frozen=True)
class ColumnChoice:
    """All columns but the first, each with whether it is shown. `hidden` are the places of those that are not."""

    choosable: tuple[Choosable, ...]

    @property
    def hidden(self) -> tuple[int, ...]:
        return tuple(int(choice.key) for choice in self.choosable if not choice.is_shown)

    def css(self, offset: int) -> str:
        """Return the classes of the table that hide columns; `offset` columns stand before the first one."""
        return " ".join(f"without-{place + 1 + offset}" for place in self.hidden)

    @property
    def plain(self) -> str:
        return self.css(0)

    @property
    def beside_picks(self) -> str:
        """Return the same for a table whose rows begin with a box."""
        return self.css(1)


def chosen_columns(table: Table, request: HttpRequest) -> ColumnChoice:
    kept = request.session.get(KEY, {}).get(table.name) if hasattr(request, "session") else None
    return ColumnChoice(
        tuple(
            Choosable(str(place), column, _is_shown(table, column, place, kept))
            for place, column in enumerate(table.columns[:MOST])
            if place and not column.is_spoken_only
        )
    )


def keep_columns(table: Table, request: HttpRequest) -> bool:
    """Keep the choice that a form sent; return False where none was sent."""
    if not parameters.is_sent(request.GET, "choose-columns"):
        return False
    places = {text for text in parameters.texts(request.GET, "column") if text.isdecimal() and len(text) <= 2}
    request.session[KEY] = {**request.session.get(KEY, {}), table.name: sorted(places)}
    return True


def _is_shown(table: Table, column: Column, place: int, kept: list[str] | None) -> bool:
    return str(place) in kept if kept is not None else str(column.label) not in table.hidden_columns
