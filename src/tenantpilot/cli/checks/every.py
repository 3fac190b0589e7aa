"""All checks, in an order in which the first failure is likely the cause of the rest."""

from tenantpilot.cli.checks import database, installation, public, sessions, work
from tenantpilot.cli.checks.finding import Check, Finding, Verdict

INSTALLATION = (
    Check("settings", installation.settings_are_sound),
    Check("data folder", installation.data_folder_is_writable),
    Check("keys", installation.keys_are_private),
    Check("disk", installation.data_lies_on_a_local_disk),
    Check("pages", installation.pages_are_built),
    Check("database", database.it_answers),
)
DATABASE = (Check("migrations", database.it_is_migrated),)
WORK = (
    Check("guards", database.its_guards_are_there),
    Check("keys between tables", database.its_keys_are_there),
    Check("indexes", database.its_indexes_are_there),
    Check("row security", database.its_rows_are_protected),
    Check("transactions", sessions.idle_transactions_are_ended),
    Check("connections", sessions.connections_suffice),
    Check("compiling", sessions.nothing_is_compiled),
    Check("clock", database.its_clock_agrees),
    Check("credentials", work.credentials_can_be_opened),
    Check("second factors", work.second_factors_can_be_opened),
    Check("backup", work.the_database_is_backed_up),
    Check("stop", work.work_is_not_stopped),
    Check("queue", work.the_queue_moves),
    Check("workers", work.workers_are_alive),
    Check("scheduler", work.a_scheduler_is_alive),
    Check("public address", public.the_public_address_leads_here),
)


def examine() -> list[Finding]:
    """A stage whose ground is missing is named, but not looked at."""
    results = [check.run() for check in INSTALLATION]
    if results[-1].failed:
        return results + _not_checked((*DATABASE, *WORK), "the database does not answer")
    results += [check.run() for check in DATABASE]
    if results[-1].failed:
        return results + _not_checked(WORK, "the database is not up to date")
    return results + [check.run() for check in WORK]


def _not_checked(checks: tuple[Check, ...], reason: str) -> list[Finding]:
    return [Finding(check.name, Verdict.NOT_CHECKED, f"not checked: {reason}") for check in checks]
