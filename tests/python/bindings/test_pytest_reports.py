"""The reports of a session of pytest: whatever a test came to is in them, wherever it ended."""

import importlib.util
import json
import pathlib
import subprocess
import sys
from typing import Any

import pytest
from pytest_project import (BAD, FAILS, GOOD, project, pytest_of, report, results, ROOT, scenario,
                            script)

__all__ = ["project"]
pytest_plugins = ["pytester"]

OUT = ("--uketsuke-out", "out")
BENCH = "    with uketsuke.Bench() as bench:\n"
CAUGHT = "    try:\n    " + BAD.replace("\n", "\n    ").rstrip() + \
         "\n    except uketsuke.Deviation:\n        pass\n"


def indented(text: str) -> str:
    return "".join("    " + line + "\n" for line in text.splitlines())


def verdicts(project: pytest.Pytester) -> dict[str, str]:
    return {name: row["verdict"] for name, row in results(project).items()}


# ---- where a bench ends


def test_a_bench_that_ends_in_a_fixture_is_the_tests(project: pytest.Pytester) -> None:
    script(project, "@pytest.fixture", "def prepared():", BENCH + indented(GOOD), "    return 1",
           "@pytest.fixture", "def doubtful():", BENCH + indented(CAUGHT), "    return 1",
           "def test_good(prepared): pass", "def test_bad(doubtful): pass")
    found = pytest_of(project, *OUT)
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["test_x.py:*: deviation found"])
    assert verdicts(project) == {"test_good": "pass", "test_bad": "fail"}


def test_a_bench_lives_as_long_as_its_fixture(project: pytest.Pytester) -> None:
    script(project, "@pytest.fixture", "def desk():", BENCH + "        yield bench",
           indented('    bench.expect(screen="passcode_entry", within=1)'),
           "@pytest.fixture", "def wrong():", BENCH + "        yield bench", indented(BAD),
           "@pytest.fixture", "def left(bench):", "    yield",
           '    bench.expect(screen="passcode_entry", within=1)',
           "def test_a(desk):", GOOD.replace("bench", "desk"),
           "def test_b(wrong):", "    assert wrong.now < 9",
           "def test_c(bench, left):", GOOD)
    pytest_of(project, *OUT).assert_outcomes(passed=3, errors=1)
    told = results(project)
    assert {name: row["verdict"] for name, row in told.items()} == {
        "test_a": "pass", "test_b": "fail", "test_c": "pass"}
    assert len(told["test_a"]["steps"]) == 2 and len(told["test_c"]["steps"]) == 2


def test_a_method_of_unittest_is_a_case_too(project: pytest.Pytester) -> None:
    script(project, "import unittest", "class TestDesk(unittest.TestCase):",
           "    def setUp(self): self.bench = uketsuke.Bench()",
           "    def test_bad(self):", "        bench = self.bench", indented(BAD),
           "    def test_caught(self):", "        bench = self.bench", indented(CAUGHT),
           "    def test_good(self):", "        bench = self.bench", indented(GOOD),
           "    def test_says(self):", "        bench = self.bench", indented(GOOD),
           "        self.assertEqual(1, 2)",
           "    def test_subtests(self):", "        bench = self.bench", indented(GOOD),
           "        for i in range(2):", "            with self.subTest(i=i):",
           "                self.assertNotEqual(i, 1)",
           "    def test_of_something_else(self):", "        with uketsuke.Bench() as bench:",
           indented(indented(GOOD)))
    found = pytest_of(project, *OUT)
    found.assert_outcomes(passed=2, failed=4)
    assert verdicts(project) == {"test_bad": "fail", "test_caught": "fail", "test_good": "pass",
                                 "test_says": "fail", "test_subtests": "fail",
                                 "test_of_something_else": "pass"}


def test_what_fails_in_a_part_of_a_test_is_the_tests(project: pytest.Pytester) -> None:
    """As pytest-subtests does it: a report of its own, and the test goes on."""
    project.makeconftest(
        "import contextlib, pytest\nfrom _pytest.runner import CallInfo\n"
        "@pytest.fixture\ndef part(request):\n"
        "    @contextlib.contextmanager\n    def run():\n"
        "        try:\n            yield\n        except Exception:\n"
        "            info = pytest.ExceptionInfo.from_current()\n"
        "            call = CallInfo(None, info, 0, 0, 0, 'call', _ispytest=True)\n"
        "            request.node.ihook.pytest_runtest_makereport(item=request.node, call=call)\n"
        "    return run\n")
    script(project, "def test_a(bench, part):", GOOD, "    with part():", "        assert 1 == 2",
           "    bench.attest('still there', True)",
           "def test_b(part):", "    with part():", indented(BENCH + indented(GOOD)),
           "    with part():", "        assert 1 == 2")
    pytest_of(project, *OUT).assert_outcomes(passed=2)  # and what the parts told
    assert verdicts(project) == {"test_a": "fail", "test_b": "fail"}
    assert len(results(project)["test_a"]["steps"]) == 3


# ---- benches that several tests share


SHARED = ("@pytest.fixture(scope='module')", "def desk():", '    """The desk of the morning."""',
          BENCH, indented(GOOD), "        yield bench")


def test_what_a_test_does_with_a_shared_bench_is_that_tests(project: pytest.Pytester) -> None:
    script(project, *SHARED, "def test_does(desk): desk.attest('fine', True)",
           "def test_fails(desk): desk.attest('fine', False)",
           "def test_asserts(desk): assert desk.reader.screen == 'consent'",
           "def test_looks(desk): assert desk.reader.screen == 'passcode_entry'",
           "def test_leaves_alone(desk): pass")
    pytest_of(project, *OUT).assert_outcomes(passed=3, failed=2)
    told = results(project)
    assert {name: row["verdict"] for name, row in told.items()} == {
        "test_does": "pass", "test_fails": "fail", "test_asserts": "fail", "test_looks": "pass",
        "desk": "pass"}
    assert all(len(row["steps"]) == 1 for row in told.values())
    assert all("journal_digest" not in row for name, row in told.items() if name != "desk")
    rest = told["desk"]
    assert (rest["script"], rest["title"]["en"]) == ("test_x.py::desk", "The desk of the morning.")
    assert rest["steps"][0]["seed_id"] == "P3-1" and rest["journal_digest"]
    assert (project.path / "out" / rest["journal_path"]).is_file()


def test_what_a_shared_bench_comes_to_at_its_end_is_the_fixtures(
        project: pytest.Pytester) -> None:
    script(project, *SHARED, indented("    bench.attest('tidy', False)"),
           "class TestIt:", "    @classmethod",
           "    def setup_class(cls): cls.bench = uketsuke.Bench()",
           "    def test_a(self): self.bench.attest('fine', True)",
           "def test_b(desk): desk.attest('fine', True)", "def test_c(): pass")
    found = pytest_of(project, *OUT)
    found.assert_outcomes(passed=3, errors=1)
    assert verdicts(project) == {"test_a": "pass", "setup_class": "pass", "test_b": "pass",
                                 "desk": "fail"}
    assert results(project)["setup_class"]["script"] == "test_x.py::TestIt::setup_class"


def test_a_bench_that_is_there_as_long_as_its_module_is_shared(project: pytest.Pytester) -> None:
    script(project, "desk = uketsuke.Bench()", "unused = uketsuke.Bench()",
           "def test_does(): desk.attest('fine', True)",
           "def test_looks(): assert desk.reader.screen == 'consent'", "def test_other(): pass")
    pytest_of(project, *OUT).assert_outcomes(passed=2, failed=1)
    assert verdicts(project) == {"test_does": "pass", "test_looks": "fail", "python_case": "pass"}
    assert results(project)["python_case"]["line"] == 4


def test_a_fixture_that_deviates_leaves_a_row_for_each_test(project: pytest.Pytester) -> None:
    project.makeconftest("import pytest, uketsuke\n@pytest.fixture(scope='session')\n"
                         "def desk():\n" + BENCH + indented(BAD) + "        yield bench\n")
    project.makepyfile(test_x="def test_a(desk): pass\ndef test_b(desk): pass\n"
                              "def test_foreign(): assert False\n")
    pytest_of(project, *OUT).assert_outcomes(errors=2, failed=1)
    assert verdicts(project) == {"test_a": "fail", "desk": "fail", "test_b": "fail"}


def test_a_bench_that_cannot_be_ended_is_an_error_of_its_own(project: pytest.Pytester) -> None:
    stuck = "    def stuck(): raise uketsuke.Error('stuck')\n"
    script(project, *SHARED, stuck.replace("    def", "        def", 1),
           "        bench.finish = stuck",
           "def test_a(bench):", GOOD, stuck, "    bench.finish = stuck",
           "def test_b(desk): desk.attest('fine', True)")
    text = (project.path / "test_x.py").read_text(encoding="utf-8")
    (project.path / "test_x.py").write_text(
        text.replace(BENCH, "    if True:\n        bench = uketsuke.Bench()\n", 1),
        encoding="utf-8")
    pytest_of(project, *OUT).assert_outcomes(passed=2, errors=2)
    told = results(project)
    assert {name: row["verdict"] for name, row in told.items()} == {
        "test_a": "error", "test_b": "pass", "desk": "error"}
    assert told["desk"]["reason"]["en"] == told["test_a"]["reason"]["en"] == "stuck"


# ---- what could not be run


def test_what_could_not_be_run_has_a_row(project: pytest.Pytester) -> None:
    scenario(project, "p3_x")
    project.makeconftest(
        "import pathlib, pytest, uketsuke\n"
        "def pytest_collection_finish(session):\n"
        "    (pathlib.Path(__file__).parent / 'p3_x.yaml').unlink()\n"
        "@pytest.fixture\ndef odd(): return uketsuke.Bench(reader='nosuch')\n")
    project.makepyfile(test_y="def test_of_conftest(odd): pass\n")
    script(project, '@pytest.mark.uketsuke_bench(reader="nosuch")', "def test_bench(bench): pass",
           "def test_fixture(bench, no_such_fixture): pass",
           "def test_assertion(): assert 1 == 2, 'said'",
           "def test_of_nothing(): pass")
    found = pytest_of(project, *OUT)
    found.assert_outcomes(failed=3, passed=1, errors=3)
    told = results(project)
    assert {name.partition("[")[0]: row["verdict"] for name, row in told.items()} == {
        "p3_x": "error", "test_bench": "error", "test_fixture": "error",
        "test_assertion": "fail", "test_of_conftest": "error"}
    row = next(row for name, row in told.items() if name.startswith("p3_x"))
    assert "no such file" in row["reason"]["en"] and row["file"] == "p3_x.yaml"
    assert "nosuch" in told["test_bench"]["reason"]["en"]
    assert "said" in told["test_assertion"]["steps"][0]["observed"]["en"]
    assert report(project)["summary"]["files_not_run"] == 0


def test_what_was_left_out_has_a_row_with_the_reason(project: pytest.Pytester) -> None:
    script(project, '@pytest.mark.skip(reason="later")', "def test_skip(bench): pass",
           '@pytest.mark.requirement("P3-4")', "def test_inside(): pytest.skip('now')",
           '@pytest.mark.xfail(run=False, reason="hangs")', "def test_not_run(bench): pass",
           "@pytest.mark.xfail", "def test_xfail(bench):", BAD,
           "def test_undeclared(): pytest.skip('x')")
    pytest_of(project, *OUT).assert_outcomes(skipped=3, xfailed=2)
    told = results(project)
    assert {name: row["verdict"] for name, row in told.items()} == {
        "test_skip": "none", "test_inside": "none", "test_not_run": "none", "test_xfail": "fail"}
    assert told["test_skip"]["not_applicable"]["en"] == "later"
    assert told["test_inside"]["not_applicable"]["en"] == "now"
    assert "hangs" in told["test_not_run"]["reason"]["en"]
    assert "not_applicable" not in told["test_not_run"]


def test_a_file_that_skips_itself_has_a_row_with_the_reason(project: pytest.Pytester) -> None:
    script(project, "pytest.skip('no reader here', allow_module_level=True)",
           "def test_a(bench): pass")
    project.makepyfile(test_y="import pytest\npytest.importorskip('no_such_module')\n")
    pytest_of(project, *OUT).assert_outcomes(skipped=2)
    told = results(project)
    assert list(told) == ["test_x"] and told["test_x"]["script"] == "test_x.py"
    assert told["test_x"]["not_applicable"]["en"] == "no reader here"


def test_files_that_do_not_load_are_told_as_the_command_tells_them(
        project: pytest.Pytester) -> None:
    for name, change in (("p3_a", ("press: 職員用ボタン", "pres: 職員用ボタン")),
                         ("p3_b", ("seed: [P2, P3]", "seed: [P2, P3")),
                         ("p3_c", ("scenario: p3_c", "senario: p3_c"))):
        scenario(project, name, change)
    scenario(project, "p3_good")
    (project.path / "data").mkdir()
    for path in project.path.glob("*.yaml"):
        path.rename(project.path / "data" / path.name)
    script(project, "import no_such_module", name="test_broken")
    project.makepyfile(test_foreign="import no_such_module\n")
    said = subprocess.run([sys.executable, "-m", "uketsuke", "run", "data", "--out", "command"],
                          cwd=project.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert said.returncode == 4, said.stdout
    found = pytest_of(project, *OUT, "--continue-on-collection-errors")
    found.assert_outcomes(passed=2, errors=5)
    mine, theirs = results(project), results(project, "command")
    broken = mine.pop("test_broken")
    assert "no_such_module" in broken["reason"]["en"] and broken["file"] == "test_broken.py"
    for row in (*mine.values(), *theirs.values()):
        row.pop("wall_us"), row.pop("rsa_us", None)
    assert mine == theirs and [mine[name]["verdict"] for name in ("p3_a", "p3_b", "p3_c")] == [
        "error"] * 3
    pytest_of(project, *OUT)
    summary = report(project)["summary"]
    assert (summary["error"], summary["interrupted"], summary["files_not_run"]) == (4, True, 1)


def test_a_file_that_cannot_be_read_is_not_passed_over_silently(project: pytest.Pytester) -> None:
    path = scenario(project, "p3_x")
    project.makeconftest(
        "import pathlib\ntheirs = pathlib.Path.open\n"
        "def opened(self, *more, **given):\n"
        "    if self.suffix == '.yaml': raise PermissionError(13, 'Permission denied')\n"
        "    return theirs(self, *more, **given)\npathlib.Path.open = opened\n")
    found = project.runpytest_subprocess("-p", "no:cacheprovider")
    found.stdout.fnmatch_lines(["*PytestCollectionWarning: *p3_x.yaml: Permission denied"])
    assert pytest_of(project, str(path)).ret == 0  # named: it is loaded, or an error


def test_reports_that_cannot_be_written_are_told(project: pytest.Pytester) -> None:
    script(project, "import shutil", "def test_a(bench):", GOOD, "    shutil.rmtree('out')")
    found = pytest_of(project, *OUT)
    assert found.ret == pytest.ExitCode.INTERNAL_ERROR
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["--uketsuke-out: *out*"])


# ---- journals


def test_journals_are_kept_as_the_command_keeps_them(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", FAILS)
    script(project, "def test_bad(bench):", BAD, "def test_good(bench):", GOOD,
           "def test_after():", BENCH + indented(GOOD), "    assert False",
           "@pytest.mark.parametrize('n', [1, 2])", "def test_rows(n):",
           "    for _ in range(2):", indented(BENCH + indented(CAUGHT)))
    said = subprocess.run(
        [sys.executable, "-m", "uketsuke", "run", "p3_x.yaml", "--out", "command"],
        cwd=project.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert said.returncode == 1, said.stdout
    pytest_of(project, *OUT).assert_outcomes(passed=1, failed=6)
    told = results(project)
    mine = {name: row["journal_path"] for name, row in told.items() if "journal_path" in row}
    theirs = {name: row["journal_path"] for name, row in results(project, "command").items()}
    assert theirs.items() <= mine.items()
    for name in theirs.values():
        assert (project.path / "out" / name).read_bytes() == \
            (project.path / "command" / name).read_bytes()
    script_file = mine["test_bad"].removeprefix("journal/test_bad-").removesuffix(".jsonl")
    assert {name: path for name, path in mine.items() if name.startswith("test_")} == {
        "test_bad": f"journal/test_bad-{script_file}.jsonl",
        "test_after": f"journal/test_after-{script_file}.jsonl",
        **{f"test_rows[{n}, bench {b}]": f"journal/test_rows-{script_file}-{n}{suffix}.jsonl"
           for n in (1, 2) for b, suffix in ((1, ""), (2, "-b2"))}}
    files = {path.name for path in (project.path / "out/journal").iterdir()}
    assert files == {pathlib.Path(path).name for path in mine.values()}
    for line in (project.path / "out" / mine["test_after"]).read_text().splitlines():
        json.loads(line)
    pytest_of(project, *OUT, "--uketsuke-keep-journals", "-k", "good")
    assert results(project)["test_good"]["journal_path"] == f"journal/test_good-{script_file}.jsonl"


# ---- what is selected


def test_tags_and_requirements_are_markers(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", ("tags: [p3, emergency]", "tags: [skip, 2-w.x, and, release]"),
             ("covers: [P2-e3, ", "covers: ["))
    scenario(project, "p3_y")
    script(project, '@pytest.mark.requirement("P3-1")', "def test_a(bench):", GOOD,
           "def test_b(bench):", GOOD)

    def passed(expression: str) -> int:
        return pytest_of(project, "-m", expression).parseoutcomes().get("passed", 0)

    assert [passed(word) for word in ("emergency", "2-w.x", "tag_skip", "tag_and", "tag_release",
                                      "P3-1", "P2-e3", "P3-1 and not emergency", "P9-1")] == [
        2, 2, 2, 2, 2, 5, 2, 3, 0]
    assert pytest_of(project, "-m", "release").parseoutcomes()["passed"] == 4
    pytest_of(project).assert_outcomes(passed=6)


# ---- sessions that end early, tests that are run again


def test_a_session_that_was_broken_off_says_so(project: pytest.Pytester) -> None:
    for name in ("p3_a", "p3_z"):
        scenario(project, name)
    stop = "    raise %s\n"
    project.makeconftest(
        "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item):\n"
        "    if item.config.option.keyword == 'p3' and 'P2-e5' in item.name:\n"
        "        raise KeyboardInterrupt\n"
        "def pytest_runtest_logfinish(nodeid):\n"
        "    assert not (nodeid.startswith('internal') and 'P2-e5' in nodeid)\n")
    script(project, *SHARED, "def test_first(bench):", GOOD,
           "def test_stop(bench, desk):", GOOD, "    desk.attest('fine', True)",
           stop % "KeyboardInterrupt", "def test_after(bench):", GOOD, name="test_k")
    found = pytest_of(project, *OUT, "-k", "p3")
    summary = report(project)["summary"]
    assert found.ret == pytest.ExitCode.INTERRUPTED
    assert (summary["pass"], summary["none"], summary["files_not_run"]) == (1, 1, 1)
    assert summary["interrupted"] and summary["exit_code"] == 4
    row = next(row for name, row in results(project).items() if "P2-e5" in name)
    assert row["reason"]["en"] == "interrupted before it ended" and row["line"]
    scenario(project, "p3_internal")
    (project.path / "test_k.py").rename(project.path / "test_k.txt")
    (project.path / "p3_internal.yaml").rename(project.path / "internal.yaml")
    assert pytest_of(project, *OUT, "internal.yaml").ret == pytest.ExitCode.INTERNAL_ERROR
    assert report(project)["summary"]["interrupted"] and len(results(project)) == 2
    (project.path / "test_k.txt").rename(project.path / "test_k.py")
    for end in ("KeyboardInterrupt", "pytest.exit.Exception('no more')"):
        text = (project.path / "test_k.py").read_text(encoding="utf-8")
        (project.path / "test_k.py").write_text(
            text.replace(stop % "KeyboardInterrupt", stop % end), encoding="utf-8")
        found = pytest_of(project, *OUT, "test_k.py", "p3_z.yaml")
        assert found.ret == pytest.ExitCode.INTERRUPTED
        found.stdout.fnmatch_lines(["the reports are not complete: 2 files not run"])
        assert verdicts(project) == {"test_first": "pass", "test_stop[bench 1]": "inconc",
                                     "test_stop[bench 2]": "inconc", "desk": "pass"}
        assert report(project)["summary"]["interrupted"]


def test_a_deviation_does_not_stand_in_the_way_of_an_end(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench):", CAUGHT, "    raise KeyboardInterrupt",
           "def test_b(bench):", GOOD)
    assert pytest_of(project, *OUT).ret == pytest.ExitCode.INTERRUPTED
    assert verdicts(project) == {"test_a": "fail"}


def test_after_the_first_failure_the_rest_is_told_as_not_run(project: pytest.Pytester) -> None:
    scenario(project, "p3_a")
    scenario(project, "p3_b", FAILS)
    scenario(project, "p3_c")
    script(project, "def test_a(bench):", BAD, "def test_b(bench):", BAD)
    found = pytest_of(project, *OUT, "-x")
    found.assert_outcomes(passed=2, failed=1)
    summary = report(project)["summary"]
    assert (summary["total"], summary["files_not_run"], summary["interrupted"]) == (3, 3, False)
    pytest_of(project, *OUT, "--maxfail=3").assert_outcomes(passed=4, failed=3)
    assert report(project)["summary"]["files_not_run"] == 1
    pytest_of(project, *OUT, "-k", "p3_a").assert_outcomes(passed=2, deselected=6)
    assert report(project)["summary"]["files_not_run"] == 0


RERUNS = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    for attempt in range(2):
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            failed = report.failed and attempt == 0
            if failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
            if failed:
                break
        else:
            return True
    return True
"""


def test_each_try_of_a_test_is_told(project: pytest.Pytester) -> None:
    """As plugins do that run again what failed: of the first try not every report is told."""
    project.makeconftest(RERUNS)
    scenario(project, "p3_x", FAILS)
    script(project, "tries = []", "def test_a(bench):", "    tries.append(1)",
           GOOD.replace('"passcode_entry"', '"passcode_entry" if len(tries) > 1 else "consent"'))
    pytest_of(project, *OUT).assert_outcomes(passed=1, failed=2)
    told = results(project)
    assert (told["test_a"]["verdict"], told["test_a#2"]["verdict"]) == ("fail", "pass")
    played = [row for row in report(project)["scenarios"] if row["id"] == "p3_x"]
    assert [row["repetition"] for row in played] == [0, 1, 0, 1]
    assert {row["random_seed"] for row in played} == {1}
    journals = [project.path / "out" / row["journal_path"] for row in played]
    assert len(set(journals)) == 4 and all(path.is_file() for path in journals)


# ---- xdist


# What a worker and the controller of pytest-xdist do, without it: reports go as plain data.
WORKER = """
import json, pathlib, pytest
FILE = pathlib.Path("sent.jsonl")
def send(*what):
    with FILE.open("a") as file: print(json.dumps(what), file=file)
class Sender:
    def pytest_collection_finish(self, session): send("ids", [one.nodeid for one in session.items])
    def pytest_collectreport(self, report):
        if report.failed:
            send("collectreport", CONFIG.hook.pytest_report_to_serializable(
                config=CONFIG, report=report))
    def pytest_runtest_logreport(self, report):
        if %s:
            send("logreport", CONFIG.hook.pytest_report_to_serializable(
                config=CONFIG, report=report))
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self):
        yield
        send("down", CONFIG.workeroutput)
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    global CONFIG
    CONFIG = config
    config.workerinput, config.workeroutput = {"workerid": "gw0"}, {}
    config.pluginmanager.register(Sender())
"""
CONTROLLER = """
import json, pathlib, pytest
class Node: pass
class Controller:
    def pytest_collection(self): return True
    def pytest_runtestloop(self, session):
        node, hook = Node(), session.config.hook
        node.config = session.config
        sent = [json.loads(line) for line in pathlib.Path("sent.jsonl").read_text().splitlines()]
        # Workers do not wait for each other.
        sent.sort(key=lambda one: one[1]["nodeid"] if one[0] == "logreport" else "", reverse=True)
        sent.sort(key=lambda one: one[0] != "ids")
        for kind, data in sent:
            if kind == "ids": hook.pytest_xdist_node_collection_finished(node=node, ids=data)
            elif kind == "down":
                node.workeroutput = data
                hook.pytest_testnodedown(node=node, error=None)
            else:
                report = hook.pytest_report_from_serializable(config=session.config, data=data)
                getattr(hook, "pytest_" + ("runtest_" if kind == "logreport" else "") + kind)(
                    report=report)
        return True
def pytest_configure(config): config.pluginmanager.register(Controller(), "dsession")
"""


def spread(project: pytest.Pytester, sends: str = "True") -> pytest.RunResult:
    (project.path / "sent.jsonl").write_text("")
    project.makepyfile(worker=WORKER % sends, controller=CONTROLLER)
    project.syspathinsert()
    pytest_of(project, "--uketsuke-out", "journals", "-p", "worker")
    assert not list(project.path.glob("journals/*.*"))
    return pytest_of(project, *OUT, "-p", "controller")


def cases(project: pytest.Pytester) -> None:
    scenario(project, "p3_a")
    scenario(project, "p3_b", FAILS)
    scenario(project, "p3_c", ("press: 職員用ボタン", "pres: 職員用ボタン"))
    script(project, *SHARED, "def test_b(bench, desk):", GOOD, "    desk.attest('fine', True)",
           "def test_a(bench):", BAD, "def test_late(bench): pass",
           "def test_of_nothing(): pass")


def without_times(rows: dict[str, Any]) -> dict[str, Any]:
    for row in rows.values():
        for name in ("wall_us", "rsa_us", "journal_path"):
            row.pop(name, None)
    return rows


def test_what_workers_tell_is_one_complete_report(project: pytest.Pytester) -> None:
    cases(project)
    pytest_of(project, *OUT, "--continue-on-collection-errors")
    alone = without_times(results(project))
    order = list(alone)
    project.makeini("[pytest]\naddopts = --continue-on-collection-errors\n")
    found = spread(project)
    found.assert_outcomes(passed=5, failed=3, errors=2)
    assert without_times(results(project)) == alone
    assert [name for name in results(project) if name != "p3_c"] == order[1:]
    summary = report(project)["summary"]
    assert (summary["total"], summary["files_not_run"], summary["interrupted"]) == (10, 0, False)
    journals = [row["journal_path"] for row in results(project).values() if "journal_path" in row]
    assert len(journals) == 3 and all((project.path / "journals" / one).is_file()
                                      for one in journals)


def test_a_worker_that_ends_early_has_told_what_it_knew(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench):", BAD, "def test_b(bench):", GOOD, "def test_c(bench):",
           GOOD)
    spread(project, "'test_a' in report.nodeid and report.when != 'teardown'")
    assert verdicts(project) == {"test_a": "fail"}  # as with -x
    assert report(project)["summary"]["files_not_run"] == 1


def test_a_worker_tells_of_each_try_how_it_ended(project: pytest.Pytester) -> None:
    project.makeconftest(RERUNS)
    script(project, "tries = []", "def test_a(bench):", "    tries.append(1)",
           GOOD.replace('"passcode_entry"', '"passcode_entry" if len(tries) > 1 else "consent"'))
    spread(project)
    told = results(project)
    assert {name: row["verdict"] for name, row in told.items()} == {
        "test_a": "fail", "test_a#2": "pass"}
    assert all(row["journal_digest"] for row in told.values()) and told["test_a"]["journal_path"]


def test_a_process_that_crashed_has_a_row(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench):", GOOD, "def test_b(bench):", GOOD)
    project.makeconftest(
        "import pytest\ndef pytest_runtest_protocol(item):\n"
        "    if item.name == 'test_a':\n"
        "        report = pytest.TestReport(item.nodeid, item.location, {}, 'failed', 'gone',"
        " '???')\n"
        "        item.ihook.pytest_runtest_logreport(report=report)\n        return True\n")
    pytest_of(project, *OUT)
    assert verdicts(project) == {"test_a": "error", "test_b": "pass"}
    assert results(project)["test_a"]["script"] == "test_x.py::test_a"


def test_a_bound_device_is_for_one_process(project: pytest.Pytester) -> None:
    project.makeconftest("def pytest_addoption(parser):\n    try:\n"
                         "        parser.addoption('--numprocesses', type=int)\n"
                         "    except ValueError: pass\n")
    script(project, "def test_a(bench):", GOOD)
    found = pytest_of(project, "--numprocesses=2", "--uketsuke-bind", "reader=usb:1209:0001")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines(["*a device is bound: one process has it at a time*"])


def test_a_session_that_is_told_to_end_reports_so_far(project: pytest.Pytester) -> None:
    script(project, "import os, signal", "def test_a(bench):", GOOD, "def test_b(bench):", GOOD,
           "    os.kill(os.getpid(), signal.SIGTERM)", "    bench.run(3600)")
    assert pytest_of(project, *OUT).ret == pytest.ExitCode.INTERRUPTED
    assert verdicts(project) == {"test_a": "pass", "test_b": "inconc"}
    assert report(project)["summary"]["interrupted"]


@pytest.mark.skipif(importlib.util.find_spec("xdist") is None, reason="no pytest-xdist here")
def test_xdist_itself_gives_the_same_report(project: pytest.Pytester) -> None:
    cases(project)
    pytest_of(project, *OUT, "--continue-on-collection-errors")
    alone = without_times(results(project))
    found = pytest_of(project, *OUT, "-n", "2")
    found.assert_outcomes(passed=5, failed=3, errors=2)
    rows = report(project)["scenarios"]
    assert {row["name"] for row in rows} == set(alone)
    assert report(project)["run"]["jobs"] == 2
