"""What a session of pytest knows of uketsuke: options, what cases came to, the reports."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from uketsuke import _core
from uketsuke.bench import Bench
from uketsuke.errors import Error, ScenarioError
from uketsuke.pytest_cases import Case, Fixture, fixture_result, is_case, Shared
from uketsuke.pytest_rows import broken, journal_name
from uketsuke.results import Result, Results, Text, Verdict

_SCENARIOS = (".yaml", ".yml")
_MOST_BYTES = 1 << 20
# Of a test file that cannot be read as Python: whether there were cases in it.
_OF_OURS = re.compile(r"\buketsuke\b|\b(?:face_reader_|generic_reader_)?bench\b")
_CRASHED = Text("テストを実行していたプロセスが終了しました", "the process that ran the test ended")


class Told(NamedTuple):
    """A row of the reports, with the test at which it is told."""

    key: str  # of this try of this test
    nodeid: str
    row: dict[str, Any]
    so_far: bool = False  # unless something is told at the end


def looks_like_ours(path: str) -> bool:
    """Whether there may be cases in a file of which no test is known."""
    if path.endswith(_SCENARIOS):
        return True
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return bool(_OF_OURS.search(file.read(_MOST_BYTES)))
    except OSError:
        return False


class Session:
    """Of one process of pytest; with xdist the controller's gathers what the workers tell."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        option = config.getoption
        self.release: str = option("uketsuke_release") or ""
        self.binds: list[str] = list(option("uketsuke_bind"))
        self.bench_file = self._absolute(option("uketsuke_bench"))
        self.seed: int = option("uketsuke_seed")
        self.out = self._absolute(option("uketsuke_out"))
        self.keep_journals: bool = option("uketsuke_keep_journals")
        self.claims = self._absolute(option("uketsuke_claims"))
        self.language: str = option("uketsuke_lang") or _core.language()
        self.worker: str = getattr(config, "workerinput", {}).get("workerid", "")
        self.interrupted = False
        self.unwritten = ""  # why there are no reports
        self.labels: dict[str, pytest.MarkDecorator] = {}
        self._told: dict[str, list[Told]] = {}  # by their keys, as they come
        self.shared: list[Shared] = []  # benches that live
        self.ended_fixtures: list[Result] = []
        self._untold: list[Told] = []  # no report has them yet
        self._passed_on: set[str] = set()  # keys
        self._current: Case | None = None
        self._fixtures: list[tuple[Any, Any]] = []  # being set up, the innermost last
        self._tries: dict[str, int] = {}
        self._numbers: dict[str, int] = {}  # of tests with the same name in a file
        self._journals: dict[tuple[str, str], int] = {}
        self._order: dict[str, int] = {}
        self._expected: dict[str, str] = {}  # test ids and their files
        self._seen: set[str] = set()
        self._folder: _core.OutFolder | None = None
        self._facts: dict[str, dict[str, bool | int | str]] = {}
        self._ids: list[str] = []
        self._began = time.monotonic()

    def _absolute(self, path: Optional[str]) -> str:
        return str(self.config.invocation_params.dir / path) if path else ""

    def relative(self, file: str) -> str:
        """As a person types it."""
        inside = os.path.relpath(file, self.config.invocation_params.dir) if file else ""
        return file if inside.startswith("..") else inside

    def typed(self, path: Path) -> str:
        """What `uketsuke run` would be told: journals are named after it."""
        is_there = Path.cwd() == self.config.invocation_params.dir
        return self.relative(str(path)) if is_there else str(path)

    # ---- options

    def check(self) -> None:
        """Raises what is wrong with the options, before anything is collected."""
        if self.release and self.release not in _core.releases(""):
            raise pytest.UsageError(
                f"--uketsuke-release {self.release}: " + ", ".join(_core.releases("")))
        if not self.bench_file and not self.binds:
            return
        if _core.check_bindings(self.bench_file, self.binds) and self._jobs > 1:
            raise pytest.UsageError(
                Text("実物を結んでいるため、テストは 1 つのプロセスで実行します（-n を外してください）",
                     "a device is bound: one process has it at a time; leave out -n")
                .in_language(self.language))

    @property
    def _jobs(self) -> int:
        jobs = getattr(self.config.option, "numprocesses", 0)  # of xdist
        return jobs if isinstance(jobs, int) and jobs > 1 else 1

    def run_settings(self, repetition: int) -> dict[str, Any]:
        return {"release": self.release, "seed": self.seed, "repetition": repetition,
                "bind": self.binds, "bench_file": self.bench_file, "only": [], "tags": [],
                "out": "", "keep_journals": self.keep_journals, "journal_folder": self.out,
                "language": self.language, "data_folder": ""}

    def facts(self, reader: str) -> dict[str, bool | int | str]:
        """Of the reader that is bound, or of this model; each reader is asked once."""
        if reader not in self._facts:
            self._facts[reader] = _core.facts({
                "claims": self.claims, "bench_file": self.bench_file, "bind": self.binds,
                "reader": reader, "data_folder": ""})
        return self._facts[reader]

    def requirement_ids(self) -> list[str]:
        self._ids = self._ids or _core.requirement_ids("")
        return self._ids

    # ---- what is to be run

    def collected(self, items: Iterable[pytest.Item]) -> None:
        """Numbers the tests of a file that have one name, as examples have rows."""
        same: dict[tuple[str, str], list[str]] = {}
        for at, item in enumerate(items):
            path, _, _ = item.reportinfo()
            name = getattr(item, "originalname", "") or item.name
            same.setdefault((os.fspath(path), name), []).append(item.nodeid)
            self._order.setdefault(item.nodeid, at)
        for ids in same.values():
            if len(ids) > 1:
                self._numbers.update((nodeid, at) for at, nodeid in enumerate(ids, 1))

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Those that are selected; what is not seen of them was not run."""
        for item in items:
            if hasattr(item, "scenario_row") or is_case(item):
                self._expected[item.nodeid] = str(item.path)

    def expect_ids(self, ids: Iterable[str]) -> None:
        """Of a worker. It knows no more of its tests than their ids."""
        files: dict[str, bool] = {}
        for at, nodeid in enumerate(ids):
            self._order.setdefault(nodeid, at)
            file = nodeid.partition("::")[0]
            if file not in files:
                files[file] = looks_like_ours(str(self.config.rootpath / file))
            if files[file]:
                self._expected[nodeid] = file

    # ---- tests; the class Bench tells of every bench

    def enter(self, item: pytest.Item) -> Case:
        self.leave()
        repetition = self._tries.get(item.nodeid, 0)
        self._tries[item.nodeid] = repetition + 1
        for shared in self.shared:
            shared.pass_over()
        self._current = Case(item, self, repetition, self._numbers.get(item.nodeid, 0),
                             kept=not item.get_closest_marker("not_a_case"))
        return self._current

    @property
    def current(self) -> Case | None:
        return self._current

    def leave(self) -> list[Told]:
        """The test is over: what there is to tell of it, and of fixtures that ended with it."""
        case = self._current
        if case is None:
            return []
        rows = [*case.rows(), *self._take_ended()]
        told = [Told(self._key_of(case), case.item.nodeid, row.plain()) for row in rows]
        self._untold += told
        self._seen.add(case.item.nodeid)
        self._current = None  # after the rest: Ctrl-C may come anywhere
        return told

    def so_far(self) -> list[Told]:
        """A worker may be stopped before it can tell of the end (-x)."""
        case = self._current
        if case is None or not self.worker:
            return []
        return [Told(self._key_of(case), case.item.nodeid, row.plain(), True)
                for row in case.rows_so_far()]

    def _key_of(self, case: Case) -> str:
        return f"{case.item.nodeid} {case.repetition} {self.worker}"

    def _take_ended(self) -> list[Result]:
        ended, self.ended_fixtures = self.ended_fixtures, []
        return ended

    def made(self, bench: Bench) -> None:
        case = self._current
        if not self._fixtures and case is not None:
            case.made(bench)
            return
        if self._fixtures:
            fixture = Fixture.of(*self._fixtures[-1], self)
            self.shared.append(Shared(bench, fixture, case is None or case.kept))
        else:  # while a file is imported
            fixture = Fixture.of_file(bench, self)
            self.shared.append(Shared(bench, fixture, False))
        if self.out:
            name = (fixture.name, self.relative(fixture.file))
            self._journals[name] = self._journals.get(name, 0) + 1
            number = self._journals[name]
            journal = journal_name(*name, number if number > 1 else 0)
            worker = f"-{self.worker}" if self.worker else ""
            bench._core.keep_journal(self.journal_file(journal + worker), self.keep_journals)

    def finished(self, bench: Bench) -> None:
        case = self._current
        if case is not None and case.has(bench):
            case.finished(bench)
            return
        for shared in self.shared:
            if shared.bench is not bench:
                continue
            if case is not None and case.phase == "call":
                case.take_parts()
            self._ended(shared, bench.result)
            return

    def _ended(self, shared: Shared, result: Result) -> None:
        self.shared.remove(shared)
        row = fixture_result(shared, result, self) if shared.kept else None
        if row is not None:
            self.ended_fixtures.append(row)

    def _end(self, shared: Shared) -> None:
        try:
            shared.bench.finish()
        except Error as error:  # something still drives it
            self._ended(shared, broken(shared.bench.result, error))

    # ---- fixtures

    def fixture_begins(self, definition: Any, request: Any) -> bool:
        """True: what it makes is of no single test."""
        if definition.scope == "function":
            return False
        if self._current is not None and not self._fixtures:
            self._current.take_parts()
        self._fixtures.append((definition, request))
        return True

    def fixture_is_set_up(self) -> None:
        self._fixtures.pop()
        for shared in self.shared:
            shared.pass_over()

    def fixture_ended(self, definition: Any) -> None:
        if definition.scope == "function":
            if self._current is not None:
                self._current.take_parts()
            return
        for shared in list(self.shared):
            if shared.fixture.definition is definition:
                self._end(shared)

    # ---- journals

    def journal_file(self, name: str) -> str:
        return f"{self.out}/journal/{name}.jsonl"

    def with_journal(self, result: Result) -> Result:
        """Its journal by the path in the folder."""
        if not result.journal_path.startswith(self.out + "/"):
            return result
        return dataclasses.replace(result, journal_path=result.journal_path[len(self.out) + 1:])

    # ---- results

    def pass_on(self, report: Any) -> None:
        """A report goes out: with it goes what no report has taken, if it came to none."""
        here = [Told(*told) for told in getattr(report, "uketsuke_results", ())]
        keys = {told.key for told in here}
        late = [told for told in self._untold if told.key not in keys]
        told = [one for one in (*late, *here) if one.key not in self._passed_on]
        report.uketsuke_results = [tuple(one) for one in told]
        if not self.worker:
            self.tell(told)
            if report.when == "teardown":
                self._seen.add(report.nodeid)
        self._passed_on |= {one.key for one in told if not one.so_far}
        self._untold = []

    def tell(self, told: Iterable[Iterable[Any]]) -> None:
        """What has the same key takes the place of what was told before."""
        rows: dict[str, list[Told]] = {}
        for one in (Told(*one) for one in told):
            rows.setdefault(one.key, []).append(one)
            self._seen.add(one.nodeid)
        self._told.update(rows)  # all at once

    def tell_crash(self, nodeid: str) -> None:
        """xdist and forked tests: nobody else can tell of it."""
        file, _, name = nodeid.partition("::")
        path = self.config.rootpath / file
        self._seen.add(nodeid)
        if looks_like_ours(str(path)):
            of_python = not file.endswith(_SCENARIOS)
            row = Result(
                id=name.partition("[")[0].rpartition("::")[2],
                variant=name.partition("[")[2].rpartition("]")[0], file=self.relative(str(path)),
                verdict=Verdict.ERROR, reason=_CRASHED, script=nodeid if of_python else "",
                release=self.release, random_seed=self.seed)
            self.tell([Told(f"{nodeid} crashed {len(self._told)}", nodeid, row.plain())])

    def not_collected(self, path: Path, error: ScenarioError | str) -> list[Told]:
        """A file in which there are cases that nobody has seen: as `uketsuke run` tells it."""
        file = self.relative(str(path))
        if not looks_like_ours(str(path)):
            return []
        if isinstance(error, ScenarioError):
            problems = [(f"{self.relative(problem.file)}:{problem.line}:{problem.column}: ",
                         problem) for problem in error.problems]
            reason = Text("\n".join(place + problem.ja for place, problem in problems),
                          "\n".join(place + problem.en for place, problem in problems))
            line = error.problems[0].line if error.problems else 0
        else:
            reason, line = Text(str(error), str(error)), 0
        script = "" if file.endswith(_SCENARIOS) else file
        row = Result(id=path.stem, file=file, line=line, verdict=Verdict.ERROR, reason=reason,
                     script=script, random_seed=self.seed)
        return [Told(f"{file} was not collected", file, row.plain())]

    def left_out(self, path: Path, reason: str) -> list[Told]:
        """A test file that skips itself."""
        file = self.relative(str(path))
        if not looks_like_ours(str(path)):
            return []
        row = Result(id=path.stem, file=file, not_applicable=Text(reason, reason), script=file,
                     random_seed=self.seed, produced_by="script")
        return [Told(f"{file} was left out", file, row.plain())]

    def untold(self) -> list[Told]:
        """At the end: of a test that was broken off, of fixtures that ended after the last one."""
        for shared in list(self.shared):
            self._end(shared)
        self.leave()
        late = [Told(f"{row.script} {self.worker} {at}", row.script, row.plain())
                for at, row in enumerate(self._take_ended())]
        told, self._untold = [*self._untold, *late], []
        return told

    def results(self) -> Results:
        told = [one for rows in self._told.values() for one in rows]
        if self.config.pluginmanager.has_plugin("dsession"):  # as they come from many workers
            last = len(self._order)
            told.sort(key=lambda one: (self._order.get(one.nodeid, last), one.nodeid))
        return Results(Result.of(one.row) for one in told)

    # ---- reports

    def open_folder(self) -> None:
        if not self.out or self.config.option.collectonly or self.worker:
            return
        self._folder = _core.OutFolder(self.out)

    def files_not_run(self) -> int:
        """Files of which a test was selected and not run, as `uketsuke run` counts them."""
        return len({file for nodeid, file in self._expected.items() if nodeid not in self._seen})

    def write(self) -> None:
        if self._folder is None:
            return
        self._folder.write(
            {"random_seed": self.seed, "jobs": self._jobs,
             "paths": [str(path) for path in self.config.args], "interrupted": self.interrupted,
             "files_not_run": self.files_not_run(),
             "wall_us": int((time.monotonic() - self._began) * 1e6)},
            [result.plain() for result in self.results()])


SESSION = pytest.StashKey[Session]()


def session_of(node: pytest.Item | pytest.Collector | pytest.FixtureRequest) -> Session:
    return node.config.stash[SESSION]
