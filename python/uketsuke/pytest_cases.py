"""Python tests while they run: their benches, and what the reports will say of them."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple, Optional, TYPE_CHECKING

import pytest

from uketsuke import _core
from uketsuke.bench import Bench
from uketsuke.errors import Error, StepError
from uketsuke.pytest_rows import (as_it_stands, broken, is_not_run, is_skip, journal_name, Judged,
                                  left_out, of_script, part_of, scenario_result, SCRIPT,
                                  TO_ITS_END, verdict_of, with_failure, words_of, worst_of)
from uketsuke.results import Result, Step, Text, Verdict

if TYPE_CHECKING:
    from uketsuke.pytest_session import Session

FIXTURES = ("bench", "face_reader_bench", "generic_reader_bench")
_OURS = "uketsuke"
_XUNIT = re.compile(r"_*(?:xunit|unittest)_(\w+?)_fixture_")
_WENT_ON = ("最後まで進んだ", "the script went on to its end")


# ---- tests and their markers


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


def _is_declared(item: pytest.Item) -> bool:
    """Whether a test says of itself that it is a case: whatever becomes of it, it has a row."""
    if not is_case(item):
        return False
    marked = any(item.get_closest_marker(name)
                 for name in ("requirement", "applies", "uketsuke_bench"))
    return marked or any(name in getattr(item, "fixturenames", ()) for name in FIXTURES)


def requirements_of(item: pytest.Item) -> list[str]:
    return [str(name) for mark in reversed(list(item.iter_markers("requirement")))
            for name in mark.args]


def _name_of(item: pytest.Item) -> str:
    return getattr(item, "originalname", "") or item.name


# ---- benches


class Fixture(NamedTuple):
    """Of a class, a module, a session: what it makes is of no single test."""

    definition: Any
    name: str
    script: str
    file: str
    line: int
    variant: str
    doc: Optional[str]

    @classmethod
    def of(cls, definition: Any, request: Any, session: Session) -> Fixture:
        function = inspect.unwrap(getattr(definition.func, "__func__", definition.func))
        code = getattr(function, "__code__", None)
        file, line = (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)
        name = str(definition.argname)
        xunit = _XUNIT.match(name)
        if xunit:  # setup_module, setUpClass
            name, file, line = xunit[1], str(getattr(request.node, "path", "")), 0
            script = f"{request.node.nodeid}::{name}"
        else:
            script = f"{session.relative(file)}::{name}"
        variant = ""
        if hasattr(request, "param"):
            plain = isinstance(request.param, (str, int, float, bool))
            variant = str(request.param) if plain else f"{name}{request.param_index}"
        return cls(definition, name, script, file, line, variant,
                   getattr(function, "__doc__", None))


    @classmethod
    def of_file(cls, bench: Bench, session: Session) -> Fixture:
        """A bench that is there as long as the module."""
        result = bench.result
        name = result.id
        return cls(None, name, f"{session.relative(result.file)}::{name}", result.file,
                   result.line, "", None)


class Shared:
    """A bench of such a fixture. What is done with it during a test is that test's; what is left
    when the fixture ends is the fixture's."""

    def __init__(self, bench: Bench, fixture: Fixture, kept: bool) -> None:
        self.bench = bench
        self.fixture = fixture
        self.kept = kept  # a case uses it
        self._mark = 0  # steps that are somebody's already
        self._tests: set[int] = set()  # steps that are a test's
        self._reason = Text()

    def is_used_by(self, item: pytest.Item) -> bool:
        if self.fixture.definition is None:
            return str(getattr(item, "path", "")) == self.fixture.file
        return self.fixture.definition.argname in getattr(item, "fixturenames", ())

    @property
    def has_new_steps(self) -> bool:
        return self.bench._core.step_count() > self._mark

    def pass_over(self) -> None:
        """What was done up to here is the fixture's."""
        self._mark = self.bench._core.step_count()
        self.bench._looked = False

    def take(self) -> tuple[Result, list[Step], Text] | None:
        """What was done since, by a test."""
        if not self.has_new_steps:
            return None
        result = self.bench.result
        steps = list(result.steps[self._mark:])
        self._tests.update(range(self._mark, len(result.steps)))
        reason = result.reason if result.reason != self._reason else Text()
        self._reason = result.reason
        self.pass_over()
        return result, steps, reason

    def rest(self, result: Result) -> Result | None:
        """What is left at the end. None: nothing was ever done."""
        if not result.applicable:
            return result
        if not result.steps and not self.bench.used and result.verdict is Verdict.NONE:
            return None
        if not self._tests:
            return result
        steps = [step for at, step in enumerate(result.steps) if at not in self._tests]
        tests = len(self._tests)
        if not steps:
            steps = [Step(title=Text("フィクスチャのベンチ", "the fixture's bench"),
                          verdict=Verdict.PASS, attested_by="script",
                          expected=Text("テストのほかに逸脱がない", "no deviation beside the tests"),
                          observed=Text(f"テストの手順 {tests} 個、ほかの逸脱なし",
                                        f"{tests} steps of tests, no deviation beside them"))]
        reason = result.reason if result.reason != self._reason else Text()
        rest = part_of(result, steps, reason)
        return dataclasses.replace(
            rest, warnings=result.warnings, assumptions=result.assumptions,
            journal_digest=result.journal_digest, journal_path=result.journal_path,
            journal_problem=result.journal_problem)


@dataclasses.dataclass
class _Own:
    """A bench of one test, and its result when it has ended."""

    bench: Bench | None  # until it ends, also if nobody else holds it
    journal: str
    in_body: bool
    result: Result | None = None
    idle: bool = False  # it ended, and nothing was ever done with it
    passed: _core.Bench | None = None  # the test may still fail: then its journal is wanted

    def so_far(self) -> Result:
        if self.result is not None:
            return self.result
        assert self.bench is not None
        return as_it_stands(self.bench.result)


class Case:
    """One try of one test. Nobody's if `kept` is false: its benches are neither judged nor kept."""

    def __init__(self, item: pytest.Item, session: Session, repetition: int, number: int,
                 kept: bool) -> None:
        self.item = item
        self.session = session
        self.repetition = repetition
        self.kept = kept
        self.phase = "setup"
        self.played: list[Result] = []  # of a scenario
        self._number = number
        self._own: list[_Own] = []
        self._parts: list[tuple[Shared, Result, list[Step], Text]] = []
        self._error: BaseException | None = None  # the first one
        self._skip: BaseException | None = None
        self._told: Verdict | None = None  # to pytest
        self._called = False
        self._fixtures_told = len(session.ended_fixtures)

    # ---- benches

    def made(self, bench: Bench) -> None:
        if not self.kept:
            return
        journal = ""
        if self.session.out:
            path, _, _ = self.item.reportinfo()
            journal = self.session.journal_file(journal_name(
                _name_of(self.item), self.session.relative(os.fspath(path)), self._number,
                self.repetition, len(self._own) + 1))
            bench._core.keep_journal(journal, self.session.keep_journals)
        self._own.append(_Own(bench, journal, self.phase == "call"))

    def finished(self, bench: Bench) -> None:
        for own in self._own:
            if own.bench is bench:
                result = self.session.with_journal(bench.result)
                own.bench, own.result = None, result
                for other in self._own:  # an error of the script is told with the last one
                    other.passed = None
                if own.journal and result.ok and not result.journal_path:
                    own.passed = bench._core

    def has(self, bench: Bench) -> bool:
        return any(own.bench is bench for own in self._own)

    def _end(self, own: _Own) -> None:
        if own.bench is None:
            return
        if not own.bench.result.steps:
            own.idle = not own.bench.used
            if self._error is None and not own.idle:
                own.bench.attest(_WENT_ON, True)
        try:
            own.bench.finish()
        except Error as error:  # something still drives it
            own.result, own.bench = broken(own.bench.result, error), None

    def take_parts(self) -> None:
        """What was done with shared benches since is this test's."""
        for shared in self.session.shared:
            part = shared.take()
            if part is not None and self.kept:
                self._parts.append((shared, *part))
                shared.kept = True

    # ---- phases

    def began(self, phase: str) -> None:
        self.phase = phase

    def part_failed(self, error: BaseException) -> None:
        """A subtest: pytest knows, and goes on."""
        if not is_skip(error) and self._error is None:
            self._ended_with(error, error.__traceback__)
            self._told = verdict_of(error)

    def ended(self, phase: str, error: BaseException | None, traceback: TracebackType | None
              ) -> Result | None:
        """A phase is over. The result: what pytest has to be told, since nobody else does."""
        if not self.kept:
            return None
        if isinstance(error, Judged):
            self._told = error.result.verdict
            return None
        if error is not None and is_skip(error):
            self._skip = self._skip or error
        elif error is not None:
            if not self._is_a_fixtures(phase, error):
                self._ended_with(error, traceback)
            self._told = worst_of([self._told or Verdict.NONE, verdict_of(error)])
        if phase == "teardown":
            for shared in self.session.shared:
                shared.pass_over()
        else:
            self.take_parts()
        if phase == "setup":
            return None
        if phase == "call" and self._error is None and self._skip is None:
            self._look_at_shared()
        for own in self._own:
            if phase == "teardown" or own.in_body:
                self._end(own)
            elif own.bench is not None and self._error is None and own.bench.used \
                    and not own.bench.result.steps and self._skip is None:
                own.bench.attest(_WENT_ON, True)
        if phase == "call":
            self._called, self.phase = True, "called"
        elif not self._called:
            return None
        found = self.current()
        if phase == "teardown":
            found += self.session.ended_fixtures[self._fixtures_told:]
        elif any(own.bench is not None for own in self._own):  # what goes on may be judged yet
            found = [result for result in found if result.verdict is not Verdict.NONE]
        return self._to_tell(found, error)

    def _is_a_fixtures(self, phase: str, error: BaseException) -> bool:
        """What ended with this test has a row that tells of it."""
        ended = self.session.ended_fixtures[self._fixtures_told:]
        return phase == "teardown" and verdict_of(error) <= worst_of(row.verdict for row in ended)

    def _to_tell(self, found: list[Result], error: BaseException | None) -> Result | None:
        found = [result for result in found if result.applicable]
        if not found:
            return None
        # A result that was not judged is no pass, but less than one.
        worst = max(found, key=lambda result: (not result.ok, result.verdict.rank))
        if worst.ok or (self._told is not None and worst.verdict <= self._told):
            return None
        if (error is not None or self._skip is not None) and worst.verdict <= Verdict.PASS:
            return None
        self._told = worst.verdict
        return worst

    def _ended_with(self, error: BaseException, traceback: TracebackType | None) -> None:
        self._error = self._error or error
        if isinstance(error, StepError):
            return
        own = [own.bench for own in self._own if own.bench is not None]
        used = [shared for shared in self.session.shared if shared.is_used_by(self.item)]
        touched = [shared for shared in used if shared.bench._looked or shared.has_new_steps
                   or any(part[0] is shared for part in self._parts)]
        if not own and not touched:
            touched = [shared for shared in used if shared.fixture.definition is not None]
        for bench in [*own, *(shared.bench for shared in touched)]:
            bench.attest_failure(error, traceback)

    def _look_at_shared(self) -> None:
        """A test that looks at a shared bench and asserts says something, too."""
        for shared in self.session.shared:
            silent = not any(part[0] is shared for part in self._parts)
            if silent and shared.bench._looked and shared.is_used_by(self.item):
                shared.bench.attest(_WENT_ON, True)
        self.take_parts()

    # ---- results

    def current(self) -> list[Result]:
        """As they are: benches that go on so far."""
        if self.played:
            return self.played
        return [row for _, row in self._rows()]

    def _rows(self) -> list[tuple[_Own | None, Result]]:
        found: list[tuple[_Own | None, Result]] = [(own, own.so_far()) for own in self._own]
        parts: dict[int, Result] = {}
        for shared, result, steps, reason in self._parts:
            before = parts.get(id(shared), Result())
            parts[id(shared)] = part_of(result, [*before.steps, *steps], reason or before.reason)
        found += [(None, part) for part in parts.values()]
        # One that was made for every test says nothing of those that leave it alone.
        busy = [one for one in found if one[0] is None or not one[0].idle]
        found = busy or found
        return [(own, self._row_of(result, number, len(found)))
                for number, (own, result) in enumerate(found, 1)]

    def _row_of(self, result: Result, number: int = 1, of: int = 1) -> Result:
        item = self.item
        path, line, _ = item.reportinfo()
        variant = item.callspec.id if hasattr(item, "callspec") else ""
        if of > 1:
            variant += f"{', ' if variant else ''}bench {number}"
        doc = getattr(getattr(item, "function", None), "__doc__", None)
        row = of_script(result, self.session, _name_of(item), item.nodeid, os.fspath(path),
                        (line or 0) + 1, variant, doc, requirements_of(item))
        return dataclasses.replace(row, repetition=self.repetition)

    def own_result(self, verdict: Verdict, reason: Text = Text(), not_applicable: Text = Text()
                   ) -> Result:
        """Of a test without a bench: only what is known without one."""
        row = getattr(self.item, "scenario_row", None)
        if row is not None:  # a scenario
            return dataclasses.replace(
                scenario_result(row, self.session), verdict=verdict, reason=reason,
                not_applicable=not_applicable, repetition=self.repetition)
        step = Step(title=SCRIPT, verdict=verdict, attested_by="script", expected=TO_ITS_END,
                    observed=reason)
        steps = () if not_applicable or verdict is Verdict.NONE else (step,)
        judged = verdict in (Verdict.PASS, Verdict.FAIL)
        return self._row_of(Result(
            verdict=Verdict.NONE if not_applicable else verdict, not_applicable=not_applicable,
            reason=Text() if judged else reason, steps=steps, steps_planned=len(steps),
            release=self.session.release, random_seed=self.session.seed, produced_by="script"))

    def leave_out(self, why: Text) -> None:
        """It does not apply."""
        self.played = [self.own_result(Verdict.NONE, not_applicable=why)]

    def rows(self) -> list[Result]:
        """What the reports say of this try, when it is over."""
        if self.kept:
            for own in self._own:
                self._end(own)
        return self.rows_so_far()

    def rows_so_far(self) -> list[Result]:
        if self.played or not self.kept:
            return self.played
        found = self.current()
        error = self._error
        if not self._called and error is None and self._skip is None:
            return []  # --setup-only
        if not found:
            return self._rows_of_its_own()
        if error is None and self._skip is not None:
            found = [left_out(result, self._skip) for result in found]
        elif error is not None:
            if verdict_of(error) > worst_of(result.verdict for result in found):
                found[-1] = with_failure(found[-1], error)
            found = [self._with_late_journal(own, result)
                     for (own, _), result in zip(self._rows(), found)]
        return found

    def _rows_of_its_own(self) -> list[Result]:
        scenario = hasattr(self.item, "scenario_row")
        error = self._error
        if error is not None and is_not_run(error) and (scenario or _is_declared(self.item)):
            return [self.own_result(Verdict.NONE, words_of(error))]
        ours = scenario or is_case(self.item) or isinstance(error, Error) or any(
            shared.is_used_by(self.item) for shared in self.session.shared)
        if error is not None and ours:
            return [self.own_result(verdict_of(error), words_of(error))]
        if not scenario and not _is_declared(self.item):
            return []
        if self._skip is not None:
            return [self.own_result(Verdict.NONE, not_applicable=words_of(self._skip))]
        if any(self.item.get_closest_marker(name) for name in ("requirement", "applies")):
            return [self.own_result(Verdict.PASS)]
        return []

    def _with_late_journal(self, own: _Own | None, result: Result) -> Result:
        """A bench passed, and then the script failed."""
        if own is None or own.passed is None or result.verdict <= Verdict.PASS:
            return result
        text = own.passed.journal_text()
        if not text:
            return result
        try:
            _core.write_journal(own.journal, text)
        except Error as problem:
            return dataclasses.replace(result, journal_problem=Text(problem.ja, problem.en))
        return self.session.with_journal(dataclasses.replace(result, journal_path=own.journal))


def fixture_result(shared: Shared, result: Result, session: Session) -> Result | None:
    """What is left of a shared bench that has ended with this result."""
    rest = shared.rest(session.with_journal(result))
    if rest is None:
        return None
    fixture = shared.fixture
    return of_script(rest, session, fixture.name, fixture.script, fixture.file, fixture.line,
                     fixture.variant, fixture.doc, ())
