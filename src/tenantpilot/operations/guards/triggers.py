"""A trigger as statements that may be repeated, written for each engine."""


def refusing(name: str, event: str, condition: str, says: str) -> tuple[str, str]:
    """SQLite's: `event` names the table too, `says` begins with the name of the rule and a colon."""
    return (
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} {event} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{says}'); END",
    )


def calling(name: str, event: str, function: str) -> tuple[str, str]:
    """PostgreSQL's: `event` names the table, and may say for what rows."""
    return dropping(name, event), f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {function}"


def dropping(name: str, event: str) -> str:
    """On PostgreSQL, where a trigger's name is its table's."""
    return f"DROP TRIGGER IF EXISTS {name} ON {event.split(' ON ')[1].split()[0]}"
