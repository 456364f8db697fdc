"""The pytest plugin, as a project that uses it sees it: each test runs a pytest of its own."""

import pathlib
import re
import xml.etree.ElementTree as ElementTree

import pytest
from pytest_project import (BAD, FAILS, GOOD, project, pytest_of, results, ROOT, scenario, script)

__all__ = ["project"]
pytest_plugins = ["pytester"]


def test_each_row_is_an_item_named_as_the_report_names_it(project: pytest.Pytester) -> None:
    scenario(project, "p3_x")
    found = pytest_of(project, "-v", "--uketsuke-out", "out")
    found.assert_outcomes(passed=2)
    names = set(results(project))
    assert names == {"p3_x[example=P2-e4, confirmer=hospital_staff, placer=family]",
                     "p3_x[example=P2-e5, confirmer=reception_staff, placer=reception_staff]"}
    assert all(f"p3_x.yaml::{name} PASSED" in found.stdout.str() for name in names)


def test_nothing_is_run_on_collection(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", FAILS)
    script(project, "def test_a(bench):", BAD)
    found = pytest_of(project, "--collect-only", "-q", "--uketsuke-out", "out")
    assert found.ret == 0 and not (project.path / "out").exists()
    found.stdout.fnmatch_lines(["p3_x.yaml::p3_x?example=P2-e4*", "test_x.py::test_a"])


def test_yaml_of_others_and_data_files_are_passed_over(project: pytest.Pytester) -> None:
    for name, text in (("docker-compose", "services: {}\n"), ("broken", "a: [\n"),
                       ("about_us", "uketsuke: 1\ntitle: x\n"),
                       ("theirs", "scenario: x\nsteps: 3\n")):
        (project.path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert pytest_of(project).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    found = pytest_of(project, "--collect-only", "-q", str(ROOT / "scenarios/cards"),
                      str(ROOT / "scenarios/conformance"))
    assert found.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_scenario_among_the_data_is_taken_only_by_its_name(
        project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_DATA", str(project.path / "data"))
    path = project.path / "data/cards/p3_x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("uketsuke: 1\nscenario: p3_x\n", encoding="utf-8")
    assert pytest_of(project).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert pytest_of(project, str(path)).ret != pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_skip_within_a_bench_is_no_verdict(project: pytest.Pytester) -> None:
    script(project, "def test_a():", "    with uketsuke.Bench() as bench:",
           '        bench.reader.press("職員用ボタン")', "        pytest.skip('later')")
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(skipped=1)
    told = results(project)["test_a"]
    assert [step["verdict"] for step in told["steps"]] == ["pass"]
    assert (told["verdict"], told["not_applicable"]["en"]) == ("none", "later")


def test_a_skip_hides_no_deviation(project: pytest.Pytester) -> None:
    script(project, "def test_a():", "    with uketsuke.Bench() as bench:",
           "        try:", '            bench.expect(screen="consent", within=1)',
           "        except uketsuke.Deviation:", "            pass", "    pytest.skip('later')")
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(failed=1)
    assert results(project)["test_a"]["verdict"] == "fail"


def test_a_test_that_does_nothing_with_its_bench_passes_nothing(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench): pass",
           "def test_b(bench):", '    assert bench.reader.screen == "initial"')
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(passed=2, errors=1)
    assert results(project)["test_a"]["verdict"] == "none"
    assert results(project)["test_b"]["verdict"] == "pass"


def test_a_failure_beside_an_inconclusive_bench_is_a_failure(project: pytest.Pytester) -> None:
    script(project, "def test_a():", '    bench = uketsuke.Bench(limits={"simulated": 1})',
           "    try:", "        bench.run(5)", "    except uketsuke.Inconclusive:", "        pass",
           "    bench.finish()", "    assert False")
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(failed=1)
    assert results(project)["test_a"]["verdict"] == "fail"


def test_a_file_that_does_not_load_is_an_error_with_its_place(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", ("press: 職員用ボタン", "pres: 職員用ボタン"))
    found = pytest_of(project)
    found.assert_outcomes(errors=1)
    found.stdout.re_match_lines([r"p3_x\.yaml:17:\d+: .*did you mean press"])
    told = pytest_of(project, "--uketsuke-lang", "ja").stdout.str()
    assert re.search(r"p3_x\.yaml:17:\d+: .*press", told) and "did you mean" not in told


def test_a_deviation_is_told_with_step_line_and_wire(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", FAILS)
    found = pytest_of(project)
    found.assert_outcomes(failed=2)
    found.stdout.fnmatch_lines([
        "*P3-4 family: presses*deviation found*", "*at: p3_x.yaml:23",
        "*expected: consent = granted*", "*observed: consent = declined*",
        "*last messages on the wire:*", "*network response  backend > terminal*",
        "p3_x.yaml:23: deviation found"])
    xml = project.path / "j.xml"
    pytest_of(project, f"--junitxml={xml}")
    message = ElementTree.parse(xml).getroot().find(".//failure")
    assert message is not None and message.get("message", "").startswith("P3-4: ")


def test_a_row_is_selected_by_name_tag_and_id(project: pytest.Pytester) -> None:
    path = scenario(project, "p3_x")
    pytest_of(project, "-k", "P2-e5").assert_outcomes(passed=1, deselected=1)
    pytest_of(project, "-k", "emergency").assert_outcomes(passed=2)
    pytest_of(project, f"{path.name}::p3_x[example=P2-e4, confirmer=hospital_staff, placer=family]"
              ).assert_outcomes(passed=1)


def test_first_failure_and_last_failed_work(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", FAILS)
    script(project, "def test_a(bench):", GOOD, name="test_z")
    pytest_of(project, "-x").assert_outcomes(failed=1)
    project.runpytest_subprocess("-W", "error").assert_outcomes(failed=2, passed=1)
    project.runpytest_subprocess("-W", "error", "--lf").assert_outcomes(failed=2)


def test_release_decides_on_files_and_cases(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", ("releases: [2024-12, planned]", "releases: [planned]"))
    script(project, '@pytest.mark.release("planned")', "def test_later(bench):", GOOD,
           '@pytest.mark.release("2024-12")', "def test_now(bench):", GOOD)
    found = pytest_of(project, "--uketsuke-release", "2024-12", "-rs", "--uketsuke-out", "out")
    found.assert_outcomes(skipped=3, passed=1)
    told = results(project)
    assert told["test_later"]["not_applicable"]["en"] and told["test_now"]["release"] == "2024-12"
    assert pytest_of(project, "--uketsuke-release", "1999").ret == pytest.ExitCode.USAGE_ERROR


def test_fixtures_are_a_fresh_bench_each(project: pytest.Pytester) -> None:
    script(project, "def test_face(face_reader_bench):", "    bench = face_reader_bench", GOOD,
           "def test_fresh(bench):", "    assert bench.now < 1", GOOD,
           "def test_generic(generic_reader_bench):",
           '    generic_reader_bench.terminal.click("マイナンバーカードで確認")',
           '@pytest.mark.uketsuke_bench(reader="generic", reader_profile="clean_tpdu")',
           "def test_marked(bench):", '    bench.terminal.click("マイナンバーカードで確認")')
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(passed=4)
    told = results(project)
    assert told["test_face"]["verdict"] == "pass" and told["test_face"]["journal_digest"]


def test_the_script_is_told_where_a_case_is_its_word(project: pytest.Pytester) -> None:
    scenario(project, "p3_x")
    script(project, '@pytest.mark.requirement("P3-4", "CCID-1.1/6.1.4-a")',
           '@pytest.mark.parametrize("n", [1, 2])', "def test_a(bench, n):",
           '    """What it shows."""', GOOD)
    found = pytest_of(project, "--uketsuke-out", "out")
    found.assert_outcomes(passed=4)
    found.stdout.re_match_lines([r"requirements of the seed: \d+ of \d+, 0 of them by script.*"])
    told = results(project)
    case, played = told["test_a[2]"], told[min(told)]
    assert (case["attested_by"], case["script"]) == ("script", "test_x.py::test_a[2]")
    assert case["requirements"] == ["P3-4", "CCID-1.1/6.1.4-a", "P3-1"]
    assert (case["file"], case["title"]["en"]) == ("test_x.py", "What it shows.")
    assert case["steps"][0]["file"] == "test_x.py" and case["steps"][0]["seed_id"] == "P3-1"
    assert "attested_by" not in played and "P3-4" in played["requirements"]
    properties = {p.get("value") for p in ElementTree.parse(project.path / "out/junit.xml")
                  .iter("property")}
    assert {"script", "test_x.py::test_a[1]"} <= properties
    page = (project.path / "out/report.html").read_text(encoding="utf-8")
    assert page.count("attested by script") == 2 and "スクリプトの証言による" in page


def test_rows_that_a_script_alone_stands_for_are_counted_apart(project: pytest.Pytester) -> None:
    script(project, '@pytest.mark.requirement("P4-1")', "def test_a(bench):", GOOD)
    found = pytest_of(project, "--uketsuke-out", "out")
    found.stdout.re_match_lines([r"requirements of the seed: 2 of \d+, 2 of them by script alone"])


def test_an_unknown_requirement_is_an_error_of_ours_alone(project: pytest.Pytester) -> None:
    script(project, '@pytest.mark.requirement("P3-44")', "def test_a(bench):", GOOD)
    found = pytest_of(project)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.re_match_lines([
        r".*test_x\.py:\d+: requirement\('P3-44'\): no table.*did you mean P3-.*"])
    project.makepyfile(test_x="import pytest\n@pytest.mark.requirement('REQ-1')\n"
                              "def test_of_somebody_else(): pass\n")
    pytest_of(project).assert_outcomes(passed=1)


def test_an_assertion_of_the_script_is_a_deviation(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench):", GOOD, "    assert 1 + 1 == 3, 'arithmetic'",
           "def test_b(bench):", BAD, "def test_c(bench):", "    raise ValueError('mine')",
           "def test_d(bench):", "    bench.finish()", "    assert False, 'after the end'",
           "def test_e(bench):", GOOD, "    pytest.fail('said so')")
    found = pytest_of(project, "--uketsuke-out", "out")
    found.assert_outcomes(failed=5)
    told = results(project)
    assert {name: case["verdict"] for name, case in told.items()} == {
        "test_a": "fail", "test_b": "fail", "test_c": "error", "test_d": "fail", "test_e": "fail"}
    assert "arithmetic" in told["test_a"]["steps"][-1]["observed"]["en"]
    assert "after the end" in told["test_d"]["steps"][-1]["observed"]["en"]
    assert "uketsuke/bench.py" not in found.stdout.str()


INCONCLUSIVE = "    raise uketsuke.Inconclusive(uketsuke.Step(title=uketsuke.Text('題', 'title')," \
               " verdict=uketsuke.Verdict.INCONCLUSIVE))"


def test_inconclusive_is_a_category_of_its_own_and_no_skip(project: pytest.Pytester) -> None:
    script(project, "def test_a(bench):", GOOD, "def test_b(bench):", INCONCLUSIVE)
    found = pytest_of(project, "--uketsuke-out", "out", "-v")
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["*test_b INCONCLUSIVE*", "*= INCONCLUSIVE =*",
                                "*1 passed, 1 inconclusive in*"])
    found.stdout.no_fnmatch_line("*skipped*")
    assert pytest_of(project, "-q").stdout.lines[0].startswith(".I")
    assert results(project)["test_b"]["verdict"] in ("none", "inconc")
    assert pytest_of(project, "-x", "--tb=no").ret == pytest.ExitCode.TESTS_FAILED


def test_claims_and_facts_decide_what_applies(project: pytest.Pytester) -> None:
    (project.path / "claims.yaml").write_text(
        "uketsuke_claims: 1\npin: {verify: false, modify: false}\n", encoding="utf-8")
    script(project, '@pytest.mark.applies("pin_verify and slots > 1")', "def test_a(bench):", BAD,
           '@pytest.mark.applies("face and slots == 1")', "def test_b(bench):", GOOD,
           '@pytest.mark.applies("not face")', "def test_c(generic_reader_bench):",
           "    assert generic_reader_bench.now < 1",
           '@pytest.mark.applies("no_such_fact")', "def test_d(bench):", GOOD)
    found = pytest_of(project, "-rs", "--uketsuke-out", "out")
    found.assert_outcomes(skipped=1, passed=2, errors=1)
    found.stdout.fnmatch_lines(
        ["*does not hold: pin_verify and slots > 1 (pin_verify = true, slots = 1)"])
    assert results(project)["test_a"]["not_applicable"]["ja"].startswith("成り立たない")


def test_warnings_stand_beside_the_verdict(project: pytest.Pytester) -> None:
    path = scenario(project, "p3_x")
    path.rename(project.path / "other_name.yaml")
    found = pytest_of(project)
    found.assert_outcomes(passed=2)
    found.stdout.fnmatch_lines(["*uketsuke: warnings beside the verdict*",
                                "*p3_x*: *the two should be the same"])


def test_benches_made_by_hand_are_cases_too(project: pytest.Pytester) -> None:
    script(project, "def test_a():", "    for _ in range(2):",
           "        with uketsuke.Bench() as bench:",
           '            bench.reader.press("職員用ボタン")',
           "def test_left_open():", "    bench = uketsuke.Bench()", GOOD)
    pytest_of(project, "--uketsuke-out", "out").assert_outcomes(passed=2)
    assert set(results(project)) == {"test_a[bench 1]", "test_a[bench 2]", "test_left_open"}


def test_what_a_case_came_to_at_its_end_fails_the_test(project: pytest.Pytester) -> None:
    """A finding after the script's last line is the case's, whatever the script says."""
    script(project, "def test_a(bench):", GOOD,
           "    try:", "        bench.expect(screen='consent', within=0.5)",
           "    except uketsuke.Deviation:", "        pass")
    found = pytest_of(project, "--uketsuke-out", "out")
    found.assert_outcomes(failed=1)
    assert results(project)["test_a"]["verdict"] == "fail"


def test_a_test_of_something_else_is_left_alone(project: pytest.Pytester) -> None:
    script(project, "@pytest.mark.not_a_case", "def test_a():",
           "    with uketsuke.Bench() as bench:", "        pass",
           "    assert bench.result.verdict is uketsuke.Verdict.NONE",
           "def test_b():", "    with pytest.raises(uketsuke.Deviation):",
           "        with uketsuke.Bench() as bench:",
           '            bench.reader.press("職員用ボタン", expect={"screen": "consent"})')
    found = pytest_of(project, "--uketsuke-out", "out")
    found.assert_outcomes(passed=1, failed=1)
    assert list(results(project)) == ["test_b"]


def test_seed_and_journals_go_with_the_options(project: pytest.Pytester) -> None:
    scenario(project, "p3_x", FAILS)
    script(project, "def test_a(bench):", GOOD)
    pytest_of(project, "--uketsuke-out", "out", "--uketsuke-seed", "9")
    told = results(project)
    assert {case["random_seed"] for case in told.values()} == {9}
    journals = [case["journal_path"] for case in told.values() if "journal_path" in case]
    assert len(journals) == 2 and all((project.path / "out" / name).is_file() for name in journals)
    (project.path / "mine").mkdir()
    (project.path / "mine/thesis").write_text("x")
    assert pytest_of(project, "--uketsuke-out", "mine").ret == pytest.ExitCode.USAGE_ERROR
    assert pytest_of(project, "--uketsuke-bind", "rader=x").ret == pytest.ExitCode.USAGE_ERROR
