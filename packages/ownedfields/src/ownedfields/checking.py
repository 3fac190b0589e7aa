"""Check one project, from the files on the disk to the findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from ownedfields.config import Config, ConfigError
from ownedfields.cues import Cues, Export, NameCues
from ownedfields.discovery import Tree, find_files
from ownedfields.engine.files.modules import Reader, without_collector
from ownedfields.engine.review import ReviewedProject, Unparsable
from ownedfields.exports import Exports
from ownedfields.findings import Finding
from ownedfields.judging import Judge, apply_ignores
from ownedfields.results import MAX_ROUNDS, FileResult, Report, assembled
from ownedfields.sharing import Crew, sharing, usable_processes
from ownedfields.sql_files import sql_findings
from ownedfields.verifying import verify

KEPT_BYTES = 64 * 1024 * 1024


class Checker:
    """Checks the tree below the configuration's root."""

    def __init__(self, config: Config, tree: Tree | None = None, reader: Reader | None = None) -> None:
        self.config = config
        self.tree = tree if tree is not None else find_files(config.root, config.exclude)
        self._read = reader or self._read_disk
        self.project = ReviewedProject(config, list(self.tree.files), self.content)
        self.cues = Cues(config, self.project.tracked)
        self._judge = Judge(config, self.project, self.cues)
        self._contents: dict[str, bytes] = {}
        self._room = KEPT_BYTES

    def run(self, *, may_share: bool = False) -> Report:
        """Everything, without a cache."""
        with without_collector(), sharing(self, usable_processes() if may_share else 1) as crew:
            return self.run_with(crew)

    def run_with(self, crew: Crew) -> Report:
        """Everything, shared with others."""
        started = time.perf_counter()
        if not self.tree.files:
            raise ConfigError(f"{self.config.root} holds no Python file: there is nothing to check.")
        self.prepare()
        results: dict[str, FileResult] = {}
        candidates = {path for path in self.tree.files if self.cues.hit(self.content(path))}
        rounds = 0
        requests: set[Export] = set()
        while candidates and rounds < MAX_ROUNDS:
            rounds += 1
            crew.judge_all(sorted(candidates), results)
            exports = {name for result in results.values() for name in result.exports}
            names = NameCues(exports - requests)
            requests |= exports
            candidates = {
                path for path in self.tree.files if path not in results and names.hit(path, self.content(path))
            }
        report = assembled(self.config, self.tree, results)
        report.rounds = rounds
        report.parsed = len(results)
        report.project = self.project
        report.seconds = time.perf_counter() - started
        return report

    def prepare(self) -> None:
        """Read the models, and refuse to go on where a configured thing is not there."""
        self.project.load_models()
        verify(self.config, self.project, self.tree)

    def content(self, path: str) -> bytes:
        """Return the bytes of a file, kept for the length of the check where they matter."""
        text = self._contents.get(path)
        if text is None:
            text = self._read(path)
            self._room -= len(text)
            if self._room > 0:
                self._contents[path] = text
        return text

    def judge_all(self, paths: list[str], results: dict[str, FileResult], *, elsewhere: Collection[str] = ()) -> None:
        """Judge the files, then those of which they recorded something; `elsewhere` are those of another process."""
        while paths:
            for path in paths:
                results[path] = self.judge(path)
            late = self.project.take_late().difference(elsewhere)
            paths = sorted(path for path in late if not path.endswith(".sql"))

    def note_exports(
        self, results: dict[str, FileResult], everybody: Collection[str], elsewhere: Collection[str] = ()
    ) -> None:
        """Say of each file which of its names carry a guarded model.

        `everybody` are the files that are judged by any process, `elsewhere` those that another one has judged.
        """
        exports = Exports(self.project, everybody)
        for path in results:
            if path not in elsewhere and self.project.is_loaded(path):
                results[path].exports = exports.of(self.project.check(path))

    def note_needs(self, results: dict[str, FileResult], elsewhere: Collection[str] = ()) -> None:
        """Say of each file what its judgement rests on."""
        for path, result in results.items():
            if path not in elsewhere and self.project.is_loaded(path):
                result.needs = sorted(self.project.dependencies(path))

    def judge(self, path: str) -> FileResult:
        """Return the findings of one file."""
        self.project.facts.judged = path
        if path.endswith(".sql"):
            return FileResult(findings=sql_findings(self.project, path, self.content(path)))
        try:
            module = self.project.check(path)
        except Unparsable as error:
            return FileResult(findings=[_unparsable(error)])
        except Exception as error:  # a mistake of this tool in one file must not hide the findings of all others
            return FileResult(findings=[_unparsable(Unparsable(path, f"ownedfields failed on it ({error!r})", 1))])
        findings, ignored = apply_ignores(module, self._judge.findings(module))
        return FileResult(
            findings=findings,
            sites=self._judge.sites(module),
            ignored=ignored,
        )

    def _read_disk(self, path: str) -> bytes:
        with open(f"{self.config.root}/{path}", "rb", buffering=0) as stream:
            return stream.read()


def _unparsable(error: Unparsable) -> Finding:
    return Finding(
        rule="OPR906",
        path=error.path,
        line=error.line,
        column=1,
        end_line=error.line,
        end_column=1,
        message=f"the file mentions a guarded thing and cannot be parsed: {error.reason}",
        fix="mend the syntax, or list the file under `exclude`",
    )


def check(config: Config, only: Callable[[str], bool] | None = None) -> Report:
    """Check a project without a cache; `only` chooses the paths to report."""
    report = Checker(config).run()
    if only is not None:
        report.findings = [finding for finding in report.findings if only(finding.path)]
    return report
