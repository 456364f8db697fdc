"""Scenario files in Python: read, built, written, run, with the same answers as the command's."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

import uketsuke
from uketsuke import Scenario, ScenarioError, Verdict

ROOT = pathlib.Path(__file__).resolve().parents[3]
FLOW = ROOT / "scenarios" / "hospital_flow"
P3 = FLOW / "p3_emergency_reception_on_the_reader.yaml"
SMALL: dict[str, Any] = {
    "uketsuke": 1, "scenario": "staff_button", "title": {"ja": "職員用ボタン", "en": "Staff button"},
    "bench": {"reader": "face"},
    "given": {"terminal": {"signed_in": "general"}, "backend": {"visual_passcode": "issued"},
              "card": {"holder": "hanako"}},
    "steps": [{"id": "P3-1", "who": "reception_staff", "do": {"press": "職員用ボタン"},
               "expect": {"screen": "passcode_entry"}}]}


def changed(**keys: Any) -> dict[str, Any]:
    return {**SMALL, **keys}


def files(*folders: str) -> list[pathlib.Path]:
    return [file for folder in folders for file in sorted((ROOT / "scenarios" / folder).iterdir())]


def test_each_row_of_the_examples_is_one_scenario() -> None:
    first, second = uketsuke.load(P3)
    assert first.id == second.id == "p3_emergency_reception_on_the_reader"
    assert (first.row, second.row, first.line, second.line) == (1, 2, 8, 9)
    assert first.seed == ("P2", "P3") and first.tags == ("p3", "emergency")
    assert first.releases == ("2024-12", "planned")
    assert "P2-e4" in first.covered and "P2-e5" not in first.covered
    assert {"P2-e3", "P3-n3", "P3-1", "P3-5"} <= set(first.covered)
    assert second.steps[2] == {"id": ["P3-3", "P2-e5"], "who": "reception_staff",
                               "do": {"compare_photo": "match"}}
    assert first.title.en == "Visual confirmation switched on the reader, consent declined"
    assert first.name.endswith("[example=P2-e4, confirmer=hospital_staff, placer=family]")


def test_a_row_runs_alone_and_as_in_its_file() -> None:
    whole = uketsuke.run(P3)
    alone = [uketsuke.run(row)[0] for row in uketsuke.load(P3)]
    assert [r.name for r in alone] == [r.name for r in whole]
    assert [r.journal_digest for r in alone] == [r.journal_digest for r in whole]
    assert whole.verdict is Verdict.PASS and whole.exit_code == 0
    assert all(r.file == str(P3) and r.steps and all(s.ok and s.line for s in r.steps)
               for r in whole)


def test_every_scenario_written_as_yaml_is_the_same_scenario() -> None:
    """Of all files; every seventh is run both ways, and its journal is the same byte for byte."""
    count = 0
    for file in files("hospital_flow", "faults"):
        for row in uketsuke.load(file):
            written = Scenario(row.data)
            again, = uketsuke.load(written)
            assert again == row and again.covered == row.covered, row
            count += 1
            if count % 7:
                continue
            digests = {uketsuke.run(one)[0].journal_digest for one in (row, again)}
            assert len(digests) == 1, row
    assert count > 600


def test_a_scenario_built_here_is_written_as_a_person_would() -> None:
    data = changed(note_of_nobody="0123", tags=["yes", "p3"])
    assert Scenario(data).to_yaml() == (
        "uketsuke: 1\nscenario: staff_button\ntitle: {ja: 職員用ボタン, en: Staff button}\n"
        "bench: {reader: face}\ngiven:\n  terminal: {signed_in: general}\n"
        "  backend: {visual_passcode: issued}\n  card: {holder: hanako}\nsteps:\n"
        "  - {id: P3-1, who: reception_staff, do: {press: 職員用ボタン}, "
        "expect: {screen: passcode_entry}}\n"
        'note_of_nobody: "0123"\ntags: ["yes", p3]\n')


def test_a_saved_scenario_is_a_file_of_the_command(tmp_path: pathlib.Path) -> None:
    path = Scenario(SMALL).save(tmp_path)
    assert path == tmp_path / "staff_button.yaml"
    from_file, = uketsuke.run(path)
    from_data, = uketsuke.run(SMALL)
    assert from_file.ok and from_file.journal_digest == from_data.journal_digest
    assert uketsuke.load(path)[0] == Scenario(SMALL)
    assert uketsuke.load(path)[0].file == str(path)


def test_a_scenario_does_not_change() -> None:
    source = changed(tags=["a"])
    scenario = Scenario(source)
    source["tags"].append("b")
    scenario.data["tags"].append("c")
    assert scenario.tags == ("a",)
    assert scenario == Scenario(changed(tags=["a"])) != Scenario(SMALL)
    assert len({scenario, Scenario(changed(tags=["a"]))}) == 1


def test_a_problem_is_named_with_its_place_in_both_languages(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(P3.read_text(encoding="utf-8").replace("press: 職員用ボタン", "pres: x"),
                    encoding="utf-8")
    acts: tuple[Callable[[pathlib.Path], object], ...] = (uketsuke.load, uketsuke.run)
    for act in acts:
        with pytest.raises(ScenarioError, match="press") as caught:
            act(file)
        problem = caught.value.problems[0]
        assert (problem.file, problem.line) == (str(file), 17) and problem.column > 1
        assert problem.ja != problem.en and str(file) + ":17:" in str(caught.value)


def test_a_problem_of_plain_data_is_named_by_its_line_in_to_yaml() -> None:
    with pytest.raises(ScenarioError) as caught:
        uketsuke.run(changed(steps=[{"do": {"press": "無いボタン"}}]))
    problem = caught.value.problems[0]
    line = Scenario(changed(steps=[{"do": {"press": "無いボタン"}}])).to_yaml().splitlines()[
        problem.line - 1]
    assert problem.file == "Scenario('staff_button').to_yaml()" and "無いボタン" in line


@pytest.mark.parametrize("there", ["nowhere.yaml", "empty", "socket", ""])
@pytest.mark.parametrize("act", [uketsuke.load, uketsuke.run])
def test_where_no_scenario_is_is_an_error_of_the_scenario(
        tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Any], Any],
        there: str) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "socket")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        act(there)
    assert caught.value.file == there and len(caught.value.problems) == 1
    what_to_do = {"nowhere.yaml": "check the path", "": "check the path",
                  "empty": "name a folder that has some", "socket": "name a scenario's YAML"}
    assert what_to_do[there] in caught.value.en and not caught.value.ja.isascii()
    assert str(caught.value).startswith(f"{there}: " if there else "ファイルもフォルダーもありません")


def test_a_release_or_a_name_that_there_is_not_is_an_error_of_the_scenario() -> None:
    asked: Any
    for asked in ({"release": "2023-01"}, {"only": "no_such"}, {"tags": "no_such"}):
        with pytest.raises(ScenarioError):
            uketsuke.run(P3, **asked)
    with pytest.raises(ScenarioError, match="2023-01"):
        uketsuke.load(P3, release="2023-01")
    with pytest.raises(uketsuke.BenchError):  # that is the desk's
        uketsuke.run(P3, bind={"reader": "nothing"})


def test_what_is_no_source_is_told_in_both_languages_at_the_line() -> None:
    wrong: Any = uketsuke
    for act in (lambda: wrong.run(5), lambda: wrong.load(None), lambda: wrong.run(b"x"),
                lambda: wrong.Scenario(5), lambda: wrong.run([SMALL, SMALL], out="x"),
                lambda: wrong.run([SMALL, 5])):
        with pytest.raises(uketsuke.ArgumentError) as caught:
            act()
        assert isinstance(caught.value, (TypeError, ValueError))
        assert caught.value.file == __file__ and not caught.value.ja.isascii()


@pytest.mark.parametrize("value, where", [({1: 2}, "steps"), ([object()], r"steps\[0\]"),
                                          (float("nan"), "steps"), ([b"x"], r"steps\[0\]")])
def test_what_is_no_plain_data_is_refused_with_its_place(value: Any, where: str) -> None:
    with pytest.raises((TypeError, ValueError), match=where):
        Scenario(changed(steps=value))


def test_data_that_contains_itself_ends() -> None:
    data = changed()
    data["tags"] = data
    with pytest.raises(ValueError, match="deep"):
        Scenario(data)


def test_a_file_that_was_written_meanwhile_is_loaded_again(tmp_path: pathlib.Path) -> None:
    path = Scenario(SMALL).save(tmp_path)
    assert uketsuke.run(path).ok
    steps = [{**SMALL["steps"][0], "expect": {"screen": "consent"}}]
    Scenario(changed(steps=steps)).save(path)
    assert uketsuke.run(path).verdict is Verdict.FAIL


def test_a_failure_says_where_and_what() -> None:
    steps = [{**SMALL["steps"][0], "expect": {"screen": "consent"}}]
    result, = uketsuke.run(changed(steps=steps))
    step = result.decisive_step
    assert result.verdict is Verdict.FAIL and step is not None
    assert step.seed_id == "P3-1" and step.expected and step.observed and step.wire_tail
    assert "P3-1" in str(result) and step.wire_tail[-1] in str(result)


def test_a_folder_is_run_as_the_command_runs_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "broken.yaml").write_text("uketsuke: 1\nscenario: broken\n", encoding="utf-8")
    Scenario(SMALL).save(tmp_path)
    results = uketsuke.run(tmp_path)
    assert [(r.id, str(r.verdict)) for r in results] == [("broken", "error"),
                                                         ("staff_button", "pass")]
    assert results.exit_code == 4
    with pytest.raises(ScenarioError):
        uketsuke.load(tmp_path)


def test_filters_and_release_are_those_of_the_command() -> None:
    assert {r.id for r in uketsuke.run(FLOW, only="p3_*")} == {
        s.id for s in uketsuke.load(FLOW, only=["p3_*"])}
    assert all("emergency" in s.tags for s in uketsuke.load(FLOW, tags="emergency"))
    later = uketsuke.run(changed(releases=["planned"]), release="2024-12")
    assert later[0].not_applicable and later.exit_code == 2
    for wrong in ({"release": "1999"}, {"only": "nothing_is_called_this"}, {"bind": ["rader=x"]}):
        with pytest.raises(uketsuke.Error) as caught:
            uketsuke.run(P3, **wrong)  # type: ignore[arg-type]
        assert caught.value.ja and caught.value.en != caught.value.ja


def test_out_has_the_reports_of_the_command(tmp_path: pathlib.Path) -> None:
    results = uketsuke.run(P3, out=tmp_path / "out", seed=7, keep_journals=True)
    report = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [s["verdict"] for s in report["scenarios"]] == ["pass", "pass"]
    assert all(r.random_seed == 7 for r in results)
    assert all((tmp_path / "out" / r.journal_path).is_file() for r in results)
    for name in ("junit.xml", "report.html"):
        assert (tmp_path / "out" / name).stat().st_size > 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(uketsuke.Error, match="mine"):
        uketsuke.run(P3, out=tmp_path / "mine")


class Enough(Exception):
    pass


def test_a_signal_ends_a_run_at_once_and_python_goes_on() -> None:
    def handler(number: int, frame: FrameType | None) -> None:
        raise Enough

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Enough):
            for _ in range(1000):
                uketsuke.run(FLOW)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert uketsuke.run(SMALL).ok


def test_threads_run_scenarios_one_at_a_time() -> None:
    digest = uketsuke.run(P3)[0].journal_digest
    found: list[str] = []
    threads = [threading.Thread(
        target=lambda: found.extend(uketsuke.run(P3)[0].journal_digest for _ in range(5)))
        for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [digest] * 15


def test_python_and_the_command_come_to_the_same(tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    subprocess.run([sys.executable, "-m", "uketsuke", "run", "--out", str(out), str(P3)],
                   check=True, stdout=subprocess.DEVNULL)
    report = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert [s["journal"]["digest"] if "journal" in s else s["journal_digest"]
            for s in report["scenarios"]] == [r.journal_digest for r in uketsuke.run(P3)]
