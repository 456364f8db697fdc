"""pytest and uketsuke: YAML scenarios and Python cases as tests, with the verdicts of both."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from uketsuke import _core
from uketsuke import bench as bench_module
from uketsuke.bench import Bench
from uketsuke.errors import Error, Inconclusive, NotApplicable, ScenarioError
from uketsuke.pytest_files import ScenarioItem, category, collect_file, explained
from uketsuke.pytest_session import (CASE, FIXTURES, SESSION, Judged, Session, case_result,
                                     end_case, is_case, own_result, requirements_of, session_of,
                                     verdict_of)
from uketsuke.results import Result, Text, Verdict

__tracebackhide__ = True
_F = TypeVar("_F", bound=Callable[..., Any])
_hook: Callable[..., Callable[[_F], _F]] = pytest.hookimpl

_MARKERS = (
    "release(id, ...): the releases for which this case holds",
    "requirement(id, ...): what the case stands for: P3-4, CCID-1.1/6.1.4-a",
    "applies(expression): when the case applies to the reader, pin_verify and slots > 1",
    "not_a_case: a test of something else; its benches are neither judged nor kept",
    "uketsuke_bench(given=..., ...): arguments of the fixture's Bench",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("uketsuke", "uketsuke: scenarios and cases of a reception desk")
    group.addoption("--uketsuke-release", metavar="RELEASE", help="run under this release")
    group.addoption("--uketsuke-bind", metavar="ROLE=BINDING", action="append", default=[],
                    help="what takes a model's place (reader=usb:1209:0001)")
    group.addoption("--uketsuke-bench", metavar="FILE", help="bench file")
    group.addoption("--uketsuke-seed", metavar="N", type=int, default=1, help="random seed")
    group.addoption("--uketsuke-out", metavar="DIR",
                    help="results.json, junit.xml, report.html and journals go there")
    group.addoption("--uketsuke-claims", metavar="FILE",
                    help="claims of the reader, for the marker applies")
    group.addoption("--uketsuke-lang", choices=["ja", "en", "both"], help="language")


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    session = Session(config)
    try:
        session.check()
    except Error as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[SESSION] = session
    bench_module.observers.append(session)


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    if session in bench_module.observers:
        bench_module.observers.remove(session)


def pytest_sessionstart(session: pytest.Session) -> None:
    try:
        session.config.stash[SESSION].open_folder()
    except Error as error:
        raise pytest.UsageError(f"--uketsuke-out: {error}") from error


# ---- collection


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return collect_file(file_path, parent)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    session = config.stash[SESSION]
    wrong = []
    for item in items:
        ids = requirements_of(item)
        if not ids or not is_case(item):
            continue
        known = session.requirement_ids()
        path, line, _ = item.reportinfo()
        wrong += [f"{session.relative(os.fspath(path))}:{(line or 0) + 1}: requirement({name!r}): "
                  + Text("要件の表にありません", "no table of requirements has it")
                  .in_language(session.language)
                  + Text.of(_core.nearest(name, known)).in_language(session.language)
                  for name in ids if name not in known]
    if wrong:
        raise pytest.UsageError("\n".join(dict.fromkeys(wrong)))


# ---- Python cases


def _reader_of(item: pytest.Item) -> str:
    """The model whose facts count: as the fixture's bench will have it."""
    given = _bench_arguments(item)
    reader = "generic" if "generic_reader_bench" in getattr(item, "fixturenames", ()) else "face"
    if given.get("reader", reader) == "face":
        return "face_reader"
    return str(given.get("reader_profile") or "clean_extended_apdu")


def _bench_arguments(item: pytest.Item) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("uketsuke_bench"))):
        given.update(mark.kwargs)
    return given


def _releases(item: pytest.Item) -> list[str]:
    return [str(name) for mark in item.iter_markers("release") for name in mark.args]


def _why_not(item: pytest.Item, session: Session) -> Text:
    """Why the case does not apply; empty: it does."""
    releases = _releases(item)
    if session.release and releases and session.release not in releases:
        names = ", ".join(releases)
        return Text(f"{names} のケース。{session.release} で実行している",
                    f"the case holds for {names}; the run is under {session.release}")
    for mark in item.iter_markers("applies"):
        for expression in mark.args:
            holds, values = _core.applies(str(expression), session.facts(_reader_of(item)))
            if not holds:
                return Text(f"成り立たない：{values}", f"does not hold: {values}")
    return Text()


@_hook(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if not is_case(item):
        return
    session = session_of(item)
    session.enter(item)
    why_not = _why_not(item, session)
    if why_not:
        item.stash[CASE].results.append(own_result(item, Verdict.NONE, not_applicable=why_not))
        raise pytest.skip.Exception(why_not.in_language(session.language),
                                    _use_item_location=True)


@_hook(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, None]:
    outcome = yield
    if CASE not in pyfuncitem.stash:
        return
    case = pyfuncitem.stash[CASE]
    excinfo = outcome.excinfo
    error, traceback = (excinfo[1], excinfo[2]) if excinfo else (None, None)
    end_case(pyfuncitem, error, traceback)
    marked = any(pyfuncitem.get_closest_marker(name) for name in ("requirement", "applies"))
    left_out = isinstance(error, (NotApplicable, pytest.skip.Exception))
    if not case.results and marked and not left_out:
        said = Text(*[f"{type(error).__name__}: {error}"] * 2) if error else Text()
        case.results = [own_result(pyfuncitem, verdict_of(error) if error else Verdict.PASS, said)]
    if error is not None and not left_out:
        return
    worst = max((result for result in case.results if result.applicable),
                key=lambda result: result.verdict.rank, default=None)
    if worst is not None and not worst.ok and (error is None or worst.verdict > Verdict.PASS):
        _raise_from(outcome, Judged(worst))


def _raise_from(outcome: Any, error: Exception) -> None:
    if hasattr(outcome, "force_exception"):
        outcome.force_exception(error)
    else:  # pluggy before 1.1
        outcome._result, outcome._excinfo = None, (type(error), error, error.__traceback__)


@_hook(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]
                              ) -> Generator[None, Any, None]:
    error = call.excinfo.value if call.excinfo is not None else None
    outcome = yield
    report = outcome.get_result()
    if not isinstance(item, ScenarioItem) and CASE not in item.stash:
        return
    session = session_of(item)
    if call.when == "teardown":
        session.leave()
    if not hasattr(report, "wasxfail"):
        _judge(report, item, error, session)
    results = item.results if isinstance(item, ScenarioItem) else item.stash[CASE].results
    if call.when == "setup" and error is not None and not isinstance(item, ScenarioItem):
        results = _results_of_setup(item, error, results)
    told = [result for result in results if result.script or isinstance(item, ScenarioItem)]
    report.uketsuke_results = [result.plain() for result in told]
    del results[:]
    for result in told:
        text = result.report(session.language)
        if result.warnings or (not result.ok and not isinstance(error, Judged)):
            report.sections.append(("uketsuke", text))


def _results_of_setup(item: pytest.Item, error: BaseException, results: list[Result]
                      ) -> list[Result]:
    """A bench that could not be made leaves no result, or one that is not the test's yet."""
    if results:
        results[:] = [result if result.script else case_result(item, result)
                      for result in results]
    elif isinstance(error, NotApplicable):
        results.append(own_result(item, Verdict.NONE, not_applicable=Text(error.ja, error.en)))
    elif isinstance(error, Error):
        results.append(own_result(item, verdict_of(error), Text(error.ja, error.en)))
    return results


def _judge(report: Any, item: pytest.Item, error: BaseException | None, session: Session) -> None:
    """What pytest has no outcome for: not applicable is a skip, inconclusive a failed outcome of a
    category of its own."""
    if isinstance(error, NotApplicable):
        path, line, _ = item.reportinfo()
        reason = Text(error.ja, error.en).in_language(session.language)
        report.outcome = "skipped"
        report.longrepr = (os.fspath(path), (line or 0) + 1, f"Skipped: {reason}")
    elif isinstance(error, Judged):
        report.uketsuke_verdict = error.result.verdict.value
        report.longrepr = explained(error.result, session)
    elif isinstance(error, Inconclusive):
        report.uketsuke_verdict = Verdict.INCONCLUSIVE.value


def _opened(request: pytest.FixtureRequest, **defaults: Any) -> Iterator[Bench]:
    item = request.node
    session = session_of(request)
    releases = _releases(item)
    given: dict[str, Any] = {
        "release": session.release or (releases[0] if releases else None),
        "bind": dict(bind.split("=", 1) for bind in session.binds),
        "bench_file": session.bench_file or None, "seed": session.seed,
        **defaults, **_bench_arguments(item)}
    try:
        bench = Bench(**given)
    except ScenarioError as error:
        raise _placed(error, item) from None
    yield bench
    bench.finish()


def _placed(error: ScenarioError, item: pytest.Item) -> ScenarioError:
    """What is wrong with the fixture's arguments stands at the test."""
    path, line, _ = item.reportinfo()
    file = session_of(item).relative(os.fspath(path))
    return ScenarioError([(file, (line or 0) + 1, 0, problem.ja, problem.en)
                          for problem in error.problems])


@pytest.fixture(name=FIXTURES[0])
def _bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A fresh bench with the face-auth reader, or as the marker uketsuke_bench says."""
    yield from _opened(request)


@pytest.fixture(name=FIXTURES[1])
def _face_reader_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A fresh bench with the face-auth reader."""
    yield from _opened(request, reader="face")


@pytest.fixture(name=FIXTURES[2])
def _generic_reader_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A fresh bench with the generic reader."""
    yield from _opened(request, reader="generic")


# ---- reports


@_hook(tryfirst=True)
def pytest_report_teststatus(report: Any) -> Any:
    if hasattr(report, "wasxfail"):
        return None
    return category(getattr(report, "uketsuke_verdict", ""))


@_hook(trylast=True)
def pytest_runtest_logreport(report: Any) -> None:
    session = _session_here()
    if session is not None:
        session.tell(report.nodeid, map(Result.of, getattr(report, "uketsuke_results", ())))


def _session_here() -> Session | None:
    ours = [observer for observer in bench_module.observers if isinstance(observer, Session)]
    return ours[-1] if ours else None


def pytest_keyboard_interrupt() -> None:
    session = _session_here()
    if session is not None:
        session.interrupted = True


@_hook(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[SESSION].write()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = config.stash[SESSION]
    undecided = terminalreporter.getreports("inconclusive")
    if undecided and config.option.tbstyle != "no":
        terminalreporter.write_sep("=", "INCONCLUSIVE")
        for report in undecided:
            terminalreporter.write_sep("_", terminalreporter._getfailureheadline(report))
            report.toterminal(terminalreporter._tw)
    results = session.results()
    warnings = [(result.name, warning) for result in results for warning in result.warnings]
    if warnings:
        terminalreporter.write_sep("=", "uketsuke: warnings beside the verdict")
        for name, warning in warnings:
            terminalreporter.write_line(f"{name}: {warning.in_language(session.language)}")
    if not session.out or config.option.collectonly:
        return
    terminalreporter.write_sep("=", "uketsuke")
    terminalreporter.write_line(results.summary.text.in_language(session.language))
    terminalreporter.write_line(_coverage(results, session.language))
    terminalreporter.write_line(os.path.join(session.out, "report.html"))


def _coverage(results: list[Result], language: str) -> str:
    """Rows of the seed that judged cases stand for; those of scripts alone are told apart."""
    judged = [result for result in results if result.verdict in (Verdict.PASS, Verdict.FAIL)]
    every = _core.coverage([one for result in judged for one in result.requirements], "")
    played = _core.coverage([one for result in judged if not result.script
                             for one in result.requirements], "")
    count, alone = len(every["covered"]), len(every["covered"]) - len(played["covered"])
    rows = count + len(every["uncovered"])
    return Text(f"シードの要件：{rows} 件中 {count} 件（うちスクリプトのみ {alone} 件）",
                f"requirements of the seed: {count} of {rows}, {alone} of them by script alone"
                ).in_language(language)
