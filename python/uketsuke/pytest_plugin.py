"""pytest and uketsuke: YAML scenarios and Python cases as tests, with the verdicts of both."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from uketsuke import _core
from uketsuke import bench as bench_module
from uketsuke.bench import Bench
from uketsuke.errors import Error, Inconclusive, NotApplicable, ScenarioError
from uketsuke.pytest_cases import Case, FIXTURES, is_case, requirements_of
from uketsuke.pytest_files import (add_label, category, collect_file, explained, ScenarioFile,
                                   ScenarioItem)
from uketsuke.pytest_rows import is_stop, Judged
from uketsuke.pytest_session import SESSION, Session, session_of
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
    group.addoption("--uketsuke-keep-journals", action="store_true", default=False,
                    help="keep the journals of passes, too")
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
    if signal.getsignal(signal.SIGTERM) is _stop:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if session in bench_module.observers:
        bench_module.observers.remove(session)


def pytest_sessionstart(session: pytest.Session) -> None:
    try:
        session.config.stash[SESSION].open_folder()
    except Error as error:
        raise pytest.UsageError(f"--uketsuke-out: {error}") from error
    if session.config.stash[SESSION].out and threading.current_thread() is threading.main_thread() \
            and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: object) -> None:
    """As Ctrl-C: what there is so far is reported. The second time it ends the process."""
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt


# ---- collection


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return collect_file(file_path, parent)


@_hook(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    path = getattr(collector, "path", None)
    if report.passed or path is None or not path.is_file():
        return
    if report.skipped:  # by the file itself, before there is a test in it
        longrepr = report.longrepr
        reason = str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)
        report.uketsuke_results = [tuple(told) for told in session_of(collector).left_out(
            path, reason.removeprefix("Skipped: "))]
        return
    lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
    # The last line of a traceback says what it was.
    error: ScenarioError | str = lines[-1].removeprefix("E").strip() if lines else ""
    if isinstance(collector, ScenarioFile) and collector.error is not None:
        error = collector.error
    report.uketsuke_results = [
        tuple(told) for told in session_of(collector).not_collected(path, error)]


def pytest_collectreport(report: Any) -> None:
    session = _session_here()
    if session is not None and not session.worker:
        session.tell(getattr(report, "uketsuke_results", ()))


@_hook(tryfirst=True)  # before anything is left out, and before -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    session = config.stash[SESSION]
    session.collected(items)
    wrong = []
    for item in items:
        ids = requirements_of(item)
        if not ids or not is_case(item):
            continue
        for name in ids:
            add_label(item, name)
        known = session.requirement_ids()
        path, line, _ = item.reportinfo()
        wrong += [f"{session.relative(os.fspath(path))}:{(line or 0) + 1}: requirement({name!r}): "
                  + Text("要件の表にありません", "no table of requirements has it")
                  .in_language(session.language)
                  + Text.of(_core.nearest(name, known)).in_language(session.language)
                  for name in ids if name not in known]
    if wrong:
        raise pytest.UsageError("\n".join(dict.fromkeys(wrong)))


def pytest_collection_finish(session: pytest.Session) -> None:
    session_of(session).expect(session.items)


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


def _ended(case: Case, phase: str, outcome: Any) -> None:
    """What a phase came to; it fails if a bench says so and nothing else does."""
    excinfo = outcome.excinfo
    error, traceback = (excinfo[1], excinfo[2]) if excinfo else (None, None)
    # What a method of unittest.TestCase raises is kept beside it.
    kept = getattr(case.item, "_excinfo", None) if phase == "call" else None
    if error is None and kept:
        error, traceback = kept[0].value, kept[0].tb
    bad = case.ended(phase, error, traceback)
    if bad is not None and not is_stop(error):
        _raise_from(outcome, Judged(bad))


@_hook(hookwrapper=True, trylast=True)  # the wrapper nearest to the setup: it may refuse it
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, None]:
    session = session_of(item)
    case = session.enter(item)
    if is_case(item):
        try:
            why_not = _why_not(item, session)
        except Error as error:
            case.ended("setup", error, error.__traceback__)
            raise
        if why_not:
            case.leave_out(why_not)
            raise pytest.skip.Exception(why_not.in_language(session.language),
                                        _use_item_location=True)
    outcome = yield
    _ended(case, "setup", outcome)


@_hook(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    case = session_of(item).current
    if case is not None:
        case.began("call")
    outcome = yield
    if case is not None:
        _ended(case, "call", outcome)


@_hook(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, None]:
    case = session_of(item).current
    if case is not None:
        case.began("teardown")
    outcome = yield
    if case is not None:
        _ended(case, "teardown", outcome)


@_hook(hookwrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest
                         ) -> Generator[None, Any, None]:
    session = session_of(request)
    is_shared = session.fixture_begins(fixturedef, request)
    yield
    if is_shared:
        session.fixture_is_set_up()


def pytest_fixture_post_finalizer(fixturedef: Any, request: pytest.FixtureRequest) -> None:
    session_of(request).fixture_ended(fixturedef)


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
    session = session_of(item)
    case = session.current
    if case is None or case.item is not item:
        return
    if case.phase == "call" and error is not None:  # the test goes on
        case.part_failed(error)
    if not hasattr(report, "wasxfail"):
        _judge(report, item, error, session)
    results = case.current()
    report.uketsuke_results = [tuple(one) for one in session.so_far()]
    if call.when == "teardown":
        told = session.leave()
        report.uketsuke_results = [tuple(one) for one in told]
        results = [Result.of(one.row) for one in told] if error is not None else []
    for result in results:
        if result.warnings or (not result.ok and not isinstance(error, Judged)):
            report.sections.append(("uketsuke", result.report(session.language)))


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


@_hook(tryfirst=True)  # before a worker sends it
def pytest_runtest_logreport(report: Any) -> None:
    session = _session_here()
    if session is None:
        return
    session.pass_on(report)
    if report.when == "???" and not session.worker:  # xdist, forked
        session.tell_crash(report.nodeid)


def _session_here() -> Session | None:
    ours = [observer for observer in bench_module.observers if isinstance(observer, Session)]
    return ours[-1] if ours else None


def pytest_keyboard_interrupt() -> None:
    session = _session_here()
    if session is not None:
        session.interrupted = True


@_hook(trylast=True)  # when the last fixtures have ended
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    ours = session_of(session)
    told = ours.untold()
    if ours.worker:
        getattr(session.config, "workeroutput")["uketsuke_results"] = [
            tuple(one) for one in told]
        return
    ours.tell(told)
    if exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR):
        ours.interrupted = True
    try:
        ours.write()
    except Error as error:  # told in the summary, which would not come otherwise
        ours.unwritten = str(error)
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


# ---- xdist: workers run tests, the controller reports


@_hook(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    session_of(node).expect_ids(ids)


@_hook(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    session_of(node).tell(getattr(node, "workeroutput", {}).get("uketsuke_results", ()))


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
    if session.interrupted or session.files_not_run():
        files = session.files_not_run()
        terminalreporter.write_line(
            Text(f"報告は途中までです（未実行のファイル {files}）",
                 f"the reports are not complete: {files} file{'' if files == 1 else 's'} not run")
            .in_language(session.language))
    terminalreporter.write_line(_coverage(results, session.language))
    terminalreporter.write_line(
        f"--uketsuke-out: {session.unwritten}" if session.unwritten
        else os.path.join(session.out, "report.html"))


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
