"""`python -m guards.commit_subjects [RANGE]`: 1 with the subjects of commits that are not `area: verb what`.

As a hook of Git (`commit-msg`) it is given the file of the message instead.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from guards.findings import ROOT

LONGEST = 72
SUBJECT = re.compile(r"[a-z][a-z0-9_./-]*(, [a-z0-9_./-]+)*: (?P<verb>[a-z]+)\b.*[^.]")
BY_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ")
# A subject names what the commit does: an imperative verb, and no article, pronoun or participle.
NO_VERBS = frozenset({"a", "an", "the", "it", "this", "that", "what", "when", "how", "no", "one", "of", "in", "on"})


def fault_of(subject: str) -> str:
    """Return the fault of a subject in words, or an empty text."""
    if subject.startswith(BY_GIT):
        return ""
    if len(subject) > LONGEST:
        return f"{len(subject)} characters; {LONGEST} at most"
    match = SUBJECT.fullmatch(subject)
    if match is None:
        return "write `area: verb what`, without a full stop"
    verb = match["verb"]
    is_inflected = verb in NO_VERBS or (verb.endswith(("ed", "ing")) and verb not in {"need", "feed", "bring"})
    return f"begin with an imperative verb, not {verb!r}" if is_inflected else ""


def report(subjects: Iterable[str]) -> int:
    faults = [f"{subject!r}: {fault}" for subject in subjects if (fault := fault_of(subject))]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def subjects_of(arguments: list[str]) -> list[str]:
    """Return the subject of a message in a file, else those of a range of commits: of the last one as a rule."""
    if arguments and Path(arguments[0]).is_file():
        return Path(arguments[0]).read_text().splitlines()[:1]
    command = ["git", "log", "--format=%s", *(arguments or ["-1"])]
    log = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 git alone
    return log.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(report(subjects_of(sys.argv[1:])))
