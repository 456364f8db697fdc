"""What a session of pytest knows of uketsuke: options, what cases came to, the reports."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Optional

import pytest

from uketsuke import _core
from uketsuke.bench import Bench
from uketsuke.errors import NotApplicable, StepError
from uketsuke.results import Result, Results, Step, Text, Verdict

FIXTURES = ("bench", "face_reader_bench", "generic_reader_bench")
_OURS = "uketsuke"


class Judged(Exception):
    """What a case came to is no pass. For the plugin alone: reports show the result."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name, str(result.verdict))
        self.result = result


class Case:
    """One Python test while it runs: its benches and their results."""

    def __init__(self) -> None:
        self.open: list[Bench] = []  # until they end, also those that nobody holds
        self.results: list[Result] = []

    def made(self, bench: Bench) -> None:
        self.open.append(bench)

    def finished(self, bench: Bench) -> None:
        self.results.append(bench.result)
        self.open = [other for other in self.open if other is not bench]


CASE = pytest.StashKey[Case]()


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
        self.claims = self._absolute(option("uketsuke_claims"))
        self.language: str = option("uketsuke_lang") or _core.language()
        self.is_worker = hasattr(config, "workerinput")
        self.interrupted = False
        self.told: list[tuple[str, Result]] = []  # by test id, as they come
        self._current: Case | None = None
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

    # ---- options

    def check(self) -> None:
        """Raises what is wrong with the options, before anything is collected."""
        if self.release and self.release not in _core.releases(""):
            raise pytest.UsageError(
                f"--uketsuke-release {self.release}: " + ", ".join(_core.releases("")))
        if self.bench_file or self.binds:
            _core.check_bindings(self.bench_file, self.binds)

    def run_settings(self) -> dict[str, Any]:
        return {"release": self.release, "seed": self.seed, "bind": self.binds,
                "bench_file": self.bench_file, "only": [], "tags": [], "out": "",
                "keep_journals": False, "journal_folder": self.out, "language": self.language,
                "data_folder": ""}

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

    # ---- Python cases; the class Bench tells of every bench

    def enter(self, item: pytest.Item) -> None:
        self._current = item.stash.setdefault(CASE, Case())

    def leave(self) -> None:
        self._current = None

    def made(self, bench: Bench) -> None:
        if self._current is not None:
            self._current.made(bench)

    def finished(self, bench: Bench) -> None:
        if self._current is not None:
            self._current.finished(bench)

    # ---- results

    def tell(self, nodeid: str, results: Iterable[Result]) -> None:
        self.told += [(nodeid, result) for result in results]

    def open_folder(self) -> None:
        if not self.out or self.config.option.collectonly:
            return
        if self.is_worker:
            return
        self._folder = _core.OutFolder(self.out)

    def results(self) -> Results:
        told = self.told
        if self.config.pluginmanager.has_plugin("dsession"):  # as they come from many workers
            told = sorted(told, key=lambda entry: entry[0])
        return Results(result for _, result in told)

    def write(self) -> None:
        if self._folder is None:
            return
        self._folder.write(
            {"random_seed": self.seed, "jobs": max(1, getattr(self.config.option, "numprocesses", 0)
                                                   or 1),
             "paths": [str(path) for path in self.config.args], "interrupted": self.interrupted,
             "wall_us": int((time.monotonic() - self._began) * 1e6)},
            [result.plain() for result in self.results()])


SESSION = pytest.StashKey[Session]()


def session_of(node: pytest.Item | pytest.Collector | pytest.FixtureRequest) -> Session:
    return node.config.stash[SESSION]


def is_case(item: pytest.Item) -> bool:
    """Whether a test is about a bench: its markers mean what they mean to us."""
    if item.get_closest_marker("not_a_case") or not isinstance(item, pytest.Function):
        return False
    if item.get_closest_marker("uketsuke_bench"):
        return True
    if any(name in item.fixturenames for name in FIXTURES):
        return True
    things = vars(item.module).values() if item.module else ()
    return any(str(getattr(thing, "__name__" if hasattr(thing, "__path__") else "__module__", ""))
               .partition(".")[0] == _OURS for thing in things)


def requirements_of(item: pytest.Item) -> list[str]:
    return [str(name) for mark in reversed(list(item.iter_markers("requirement")))
            for name in mark.args]


def case_result(item: pytest.Item, result: Result, number: int = 1, of: int = 1) -> Result:
    """The result of a bench as that of this test: what the script says it is."""
    session = session_of(item)
    path, line, _ = item.reportinfo()
    file = session.relative(str(path))
    variant = item.callspec.id if hasattr(item, "callspec") else ""
    if of > 1:
        variant += f"{', ' if variant else ''}bench {number}"
    steps = tuple(dataclasses.replace(step, file=session.relative(step.file))
                  for step in result.steps)
    seen = [one for step in steps for one in step.seed_id.split()]
    ids = dict.fromkeys([*requirements_of(item), *result.requirements, *seen])
    name = getattr(item, "originalname", "") or item.name
    title = result.title
    if title.en in ("", "python_case"):
        said = (getattr(getattr(item, "function", None), "__doc__", None) or name).strip()
        title = Text(said.splitlines()[0], said.splitlines()[0])
    return dataclasses.replace(result, id=name, variant=variant, file=file, line=(line or 0) + 1,
                               title=title, steps=steps, script=item.nodeid,
                               requirements=tuple(ids))


def own_result(item: pytest.Item, verdict: Verdict, reason: Text = Text(),
               not_applicable: Text = Text()) -> Result:
    """Of a test without a bench: only what the script says."""
    step = Step(title=Text("スクリプト", "the script"), verdict=verdict, attested_by="script",
                expected=Text("終わりまで進む", "goes on to its end"), observed=reason)
    steps = () if not_applicable else (step,)
    session = session_of(item)
    return case_result(item, Result(
        verdict=Verdict.NONE if not_applicable else verdict, not_applicable=not_applicable,
        reason=reason if verdict is Verdict.ERROR else Text(), steps=steps,
        steps_planned=len(steps), release=session.release, random_seed=session.seed,
        produced_by="script"))


def left_out(result: Result, error: BaseException | None) -> Result:
    """The script skipped the case after all: what was found counts, what passed says nothing."""
    if result.verdict > Verdict.PASS or not result.applicable:
        return result
    said = str(error)
    reason = Text(error.ja, error.en) if isinstance(error, NotApplicable) else Text(said, said)
    return dataclasses.replace(result, verdict=Verdict.NONE, not_applicable=reason)


def with_failure(result: Result, error: BaseException) -> Result:
    """The script came to something worse than its benches: that is what the case came to."""
    verdict = verdict_of(error)
    said = f"{type(error).__name__}: {error}"
    step = Step(index=len(result.steps), title=Text("スクリプト", "the script"), verdict=verdict,
                attested_by="script", expected=Text("終わりまで進む", "goes on to its end"),
                observed=Text(said, said))
    told = result.warnings if result.applicable else (*result.warnings, result.not_applicable)
    return dataclasses.replace(result, verdict=max(result.verdict, verdict), warnings=told,
                               not_applicable=Text(), steps=(*result.steps, step),
                               steps_planned=result.steps_planned + 1)


def verdict_of(error: BaseException) -> Verdict:
    if isinstance(error, StepError):
        return error.step.verdict
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return Verdict.FAIL
    return Verdict.ERROR if isinstance(error, Exception) else Verdict.INCONCLUSIVE


def end_case(item: pytest.Item, error: BaseException | None,
             traceback: TracebackType | None) -> None:
    """Ends the benches of a test; its results are those of the test from then on."""
    case = item.stash[CASE]
    skipped = isinstance(error, (NotApplicable, pytest.skip.Exception))
    for bench in list(case.open):
        if error is not None and not skipped and not isinstance(error, StepError):
            bench.attest_failure(error, traceback)
        elif error is None and not bench.result.steps and bench.used:
            bench.attest(("最後まで進んだ", "the script went on to its end"), True)
        bench.finish()
    results = [case_result(item, result, number, len(case.results))
               for number, result in enumerate(case.results, 1)]
    if skipped:
        results = [left_out(result, error) for result in results]
    elif error is not None and results:
        worst = max((result.verdict for result in results), key=lambda one: one.rank)
        if verdict_of(error) > worst:
            results[-1] = with_failure(results[-1], error)
    case.results = results
