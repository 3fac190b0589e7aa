"""The names of what keeps a backup from being taken for one, or from being restored."""

from enum import StrEnum

from tenantpilot.cli.problems import Problem

ANOTHER = "Take another backup."


class Refusal(StrEnum):
    """The name stands at the beginning of the message, so that scripts and people can tell them apart."""

    FILE_EXISTS = "file_exists"
    NOT_A_BACKUP = "not_a_backup"
    BAD_RECIPIENT = "bad_recipient"
    ENCRYPTED = "encrypted"
    WRONG_KEY = "wrong_key"
    TRUNCATED = "truncated"
    TAMPERED = "tampered"
    DAMAGED = "damaged"
    WRONG_VERSION = "wrong_version"
    OTHER_ENGINE = "other_engine"
    KEY_MISSING = "key_missing"
    OTHER_KEY = "other_key"
    NOT_EMPTY = "not_empty"
    STILL_RUNNING = "still_running"
    NOT_OWNER = "not_owner"


class BackupRefused(Problem):
    """Nothing was written."""

    def __init__(self, name: Refusal, text: str, remedy: str) -> None:
        super().__init__(f"{name}: {text}", remedy)
        self.name = name
