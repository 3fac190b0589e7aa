"""PostgreSQL: every table by COPY in one REPEATABLE READ transaction, which sees one moment while others write.

The schema is not copied. The migrations of the program make it, with its triggers and keys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier, Literal

from tenantpilot.cli.database.archive import ArchiveReader, ArchiveWriter
from tenantpilot.cli.database.manifest import Contents, Part
from tenantpilot.cli.database.refusals import BackupRefused, Refusal

FOLDER = "tables/"
_TABLES = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = format('%%I.%%I', current_schema(), %s::text)::regclass
      AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
_FOREIGN_KEYS = """
    SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
_ROW_SECURITY = """
    SELECT relname, relforcerowsecurity FROM pg_class
    WHERE relkind = 'r' AND relrowsecurity AND relnamespace = current_schema()::regnamespace
"""
_REACH_EVERYTHING = "SELECT set_config('app.reach', 'everything', true)"


@contextmanager
def snapshot() -> Iterator[Any]:
    """See one moment of the database in every statement. Yields the connection of the driver."""
    with transaction.atomic(), connection.wrap_database_errors:
        connection.ensure_connection()
        driver = connection.connection
        driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        driver.execute(_REACH_EVERYTHING)
        yield driver


def write_contents(archive: ArchiveWriter) -> Contents:
    """Copy every table into the archive."""
    with snapshot() as driver:
        parts = tuple(_write_table(driver, archive, table) for (table,) in driver.execute(_TABLES).fetchall())
        # Read last: no row of the snapshot has a higher number than its sequence has now.
        sequences = {name: last for name, last in driver.execute(_SEQUENCES).fetchall() if last is not None}
    return Contents(parts, sequences)


def _write_table(driver: Any, archive: ArchiveWriter, table: str) -> Part:
    columns = tuple(name for (name,) in driver.execute(_COLUMNS, [table]).fetchall())
    name, cursor = f"{FOLDER}{table}.copy", driver.cursor()
    with archive.part(name) as sink, cursor.copy(_copy(table, columns, "TO STDOUT")) as copy:
        for chunk in copy:
            sink.write(chunk)
    return Part(name, sink.bytes, sink.sha256, table, columns, max(cursor.rowcount, 0))


def load(archive: ArchiveReader) -> None:
    """Fill the migrated tables in the transaction of the caller, which ends without effect if anything is refused.

    Triggers speak of moves that these rows made long ago, and row policies refuse COPY: both are off meanwhile. Foreign
    keys are made again at the end, which checks every row. Raises BackupRefused.
    """
    with connection.wrap_database_errors:
        connection.ensure_connection()
        driver = connection.connection
        driver.execute(_REACH_EVERYTHING)
        tables = [table for (table,) in driver.execute(_TABLES).fetchall()]
        _require_same_tables(tables, archive)
        with _unguarded(driver, tables):
            driver.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, tables))))
            for part in archive.manifest.contents.parts:
                _load_table(driver, archive, part)
        _set_sequences(driver, archive.manifest.contents.sequences)


def _load_table(driver: Any, archive: ArchiveReader, part: Part) -> None:
    cursor = driver.cursor()
    with cursor.copy(_copy(part.table, part.columns, "FROM STDIN")) as copy:
        for chunk in archive.chunks(part):
            copy.write(chunk)
    if max(cursor.rowcount, 0) != part.rows:
        text = f"{part.name} has {cursor.rowcount} rows, not {part.rows}."
        raise BackupRefused(Refusal.DAMAGED, text, "Take another backup.")


def _set_sequences(driver: Any, sequences: dict[str, int]) -> None:
    for (name,) in driver.execute(
        "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()"
    ).fetchall():
        last = sequences.get(name)
        value = SQL("{}, true").format(Literal(last)) if last is not None else SQL("1, false")
        driver.execute(SQL("SELECT setval({}, {})").format(Literal(f'"{name}"'), value))


@contextmanager
def _unguarded(driver: Any, tables: list[str]) -> Iterator[None]:
    keys = driver.execute(_FOREIGN_KEYS).fetchall()
    protected = driver.execute(_ROW_SECURITY).fetchall()
    for table, name, _definition in keys:
        _alter(driver, table, SQL("DROP CONSTRAINT {}").format(Identifier(name)))
    for table in tables:
        _alter(driver, table, SQL("DISABLE TRIGGER USER"))
    for table, _forced in protected:
        _alter(driver, table, SQL("NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"))
    yield
    for table, name, definition in keys:
        _alter(driver, table, SQL("ADD CONSTRAINT {} {}").format(Identifier(name), SQL(definition)))
    for table in tables:
        _alter(driver, table, SQL("ENABLE TRIGGER USER"))
    for table, forced in protected:
        _alter(driver, table, SQL("ENABLE ROW LEVEL SECURITY"))
        if forced:
            _alter(driver, table, SQL("FORCE ROW LEVEL SECURITY"))


def _alter(driver: Any, table: str, change: Any) -> None:
    driver.execute(SQL("ALTER TABLE {} {}").format(Identifier(table), change))


def _require_same_tables(tables: list[str], archive: ArchiveReader) -> None:
    backed_up = {part.table for part in archive.manifest.contents.parts}
    if differing_tables := sorted(backed_up ^ set(tables)):
        text = f"The backup and this program differ in the tables {', '.join(differing_tables[:5])}."
        raise BackupRefused(Refusal.WRONG_VERSION, text, f"Use TenantPilot {archive.manifest.made_by}.")


def _copy(table: str, columns: tuple[str, ...], direction: str) -> Any:
    names = SQL(", ").join(map(Identifier, columns))
    return SQL("COPY {} ({}) {}").format(Identifier(table), names, SQL(direction))
