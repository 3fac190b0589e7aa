"""Judges what changed since the last check, and what rests on it."""

from __future__ import annotations

from ownedfields.checking import Checker
from ownedfields.config import Config
from ownedfields.cues import Export, NameCues
from ownedfields.discovery import Tree
from ownedfields.engine.files.modules import without_collector
from ownedfields.remembering import Memory
from ownedfields.results import MAX_ROUNDS, FileResult, Report, assembled
from ownedfields.sharing import Crew, sharing, usable_processes


def recheck(config: Config, tree: Tree, before: Memory, now: Memory, *, may_share: bool = False) -> Report:
    """Return the report, with what was learned left in `now`."""
    run = _Run(Checker(config, tree), before, now)
    with without_collector(), sharing(run.checker, usable_processes() if may_share else 1) as crew:
        results = run.results(crew)
    report = assembled(config, tree, results)
    report.rounds, report.parsed, report.cached = run.rounds, len(results), len(results) - run.judged
    return report


def _folder_and_name(path: str) -> tuple[str, str]:
    """Return the folder of a file, and the name by which it is imported."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder, folder.rpartition("/")[2] if stem == "__init__" else stem


class _Run:
    """A check that uses the memory of the one before."""

    def __init__(self, checker: Checker, before: Memory, now: Memory) -> None:
        self.checker = checker
        self.before = before
        self.now = now
        self.rounds = 0
        self.judged = 0
        self._added = [_folder_and_name(path) for path in now.signatures if path not in before.signatures]
        self._same = {path for path, mark in now.signatures.items() if before.signatures.get(path) == mark}

    def results(self, crew: Crew) -> dict[str, FileResult]:
        """Return the judgement of every candidate."""
        self.now.cue_hits = {path for path in self.now.signatures if self._has_cue(path)}
        candidates, results = set(self.now.cue_hits), self.now.results
        self.checker.prepare()
        while candidates and self.rounds < MAX_ROUNDS:
            self.rounds += 1
            remembered = {path: result for path in candidates if (result := self._known(path)) is not None}
            results.update(remembered)
            self.judged += len(candidates) - len(remembered)
            crew.judge_all(sorted(candidates - set(remembered)), results)
            exports = self.now.exports
            self.now.exports = frozenset(name for result in results.values() for name in result.exports)
            candidates = self._named(set(self.now.signatures) - set(results), exports)
        self.now.name_hits = set(results) - self.now.cue_hits
        crew.note_needs(results)
        return results

    def _has_cue(self, path: str) -> bool:
        if path in self._same:
            return path in self.before.cue_hits
        return self.checker.cues.hit(self.checker.content(path))

    def _named(self, paths: set[str], exports: frozenset[Export]) -> set[str]:
        """Return the files that say a name which was not asked for before."""
        names = NameCues(self.now.exports - exports)
        if self.now.exports == self.before.exports:
            remembered = {path for path in paths & self._same if path in self.before.name_hits}
            return remembered | {path for path in paths - self._same if names.hit(path, self.checker.content(path))}
        return {path for path in paths if names.hit(path, self.checker.content(path))}

    def _known(self, path: str) -> FileResult | None:
        remembered = self.before.results.get(path)
        if remembered is None or path not in self._same or not self._same.issuperset(remembered.needs):
            return None
        return None if self._may_see_something_new(path) else remembered

    def _may_see_something_new(self, path: str) -> bool:
        """Return True if a file that was not there before may be what this one imports, or a conftest above it."""
        if not self._added:
            return False
        content = self.checker.content(path)
        return any(
            name.encode() in content or (name == "conftest" and path.startswith(folder)) for folder, name in self._added
        )
