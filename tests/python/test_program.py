"""The real program, with scenarios as a user writes them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from conftest import ERROR, FAIL, INCONC, PASS, SLOWNESS, TIMEOUT_S, USAGE, children, wait_for

SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
FLOW = SCENARIOS / "hospital_flow"


def new_scenario(program, name="my_case"):
    (program.folder / "suite").mkdir(exist_ok=True)
    done = program("new", f"suite/{name}")
    assert done.returncode == PASS, done.stderr
    return program.folder / f"suite/{name}.yaml"


@pytest.fixture
def suite(program):
    return new_scenario(program)


def flow():
    if not list(FLOW.glob("**/*.yaml")):
        pytest.skip("there are no scenarios of the hospital flow")
    return FLOW


def test_a_new_scenario_is_correct_and_runs_without_deviation(program, suite):
    assert program("check", "suite").returncode == PASS
    done = program("run", "suite", "--out", "out")
    assert done.returncode == PASS, done.stdout + done.stderr
    assert set(program.verdicts().values()) == {"pass"}
    assert program("list", "suite").stdout.startswith("my_case")


def test_the_hospital_flow_runs_without_deviation_and_the_same_on_any_number_of_workers(program):
    def digests(jobs):
        done = program("run", flow(), "--out", "out", "-j", jobs)
        assert done.returncode == PASS, done.stdout[-4000:]
        return [(s["name"], s["verdict"], s.get("journal_digest"))
                for s in program.results()["scenarios"]]

    assert digests(1) == digests(2)


def test_results_follow_the_published_schema_and_steps_carry_their_seed_ids(program):
    jsonschema = pytest.importorskip("jsonschema")
    program("run", flow(), "--out", "out")
    results = program.results()
    schema = json.loads(program("schema", "results").stdout)
    jsonschema.Draft7Validator(schema).validate(results)
    ids = {step["seed_id"] for s in results["scenarios"] for step in s["steps"]}
    assert {i.split("-")[0] for i in ids if i} >= {"P3", "P4", "P5"}
    assert not ids & {"P4-9", "P5-5"}  # the seed has no such steps


def test_reports_are_in_both_languages(program, suite):
    program("run", "suite", "--out", "out")
    program.junit()
    html = program.html()
    assert "認証でも承認でもありません" in html
    assert "not a certification or approval by anyone" in html


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01\xff", b"[", b"a: &a [*a]\n", b"just text\n", b"uketsuke: 1\n",
    b"uketsuke: 999\nscenario: x\n", b"uketsuke: 1\nscenario: x\nsteps: []\n",
    b"uketsuke: 1\nscenario: x\nbogus_key: 1\n", b"- " * 100_000, b"{" * 100_000,
    b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e]\n",
], ids=["empty", "binary", "open_list", "alias_to_itself", "text", "no_name", "other_version",
        "no_steps", "unknown_key", "deep_list", "deep_map", "alias_bomb"])
def test_a_broken_scenario_is_an_error_with_its_place_and_costs_no_other(program, suite, content):
    path = program.folder / "suite/broken.yaml"
    path.write_bytes(content)
    done = program("run", "suite", "--out", "out")
    assert done.returncode == ERROR, done.stdout
    assert program.verdicts() == {"broken": "error", "my_case": "pass"}
    assert "suite/broken.yaml" in done.stdout
    done = program("check", "suite/broken.yaml")
    assert done.returncode == FAIL
    assert "suite/broken.yaml" in done.stdout + done.stderr


def test_the_vocabulary_is_there_in_both_languages_and_the_schema_is_json(program):
    assert program("steps", "--lang", "en").stdout != program("steps", "--lang", "ja").stdout
    assert json.loads(program("schema").stdout)


def test_nothing_selected_is_wrong_usage(program, suite):
    assert program("run", "suite", "--tag", "no_such_tag").returncode == USAGE
    assert program("run", "suite", "--only", "no_such_name").returncode == USAGE
    assert program("run", "suite", "--only", "my_*", "--out", "out").returncode == PASS


def test_killing_a_worker_in_the_middle_costs_at_most_one_run(program, suite):
    count = 20000 // SLOWNESS
    run = program.start("run", "suite", "--out", "out", "--repeat", str(count), "-j", "2")
    victims = wait_for(lambda: children(run.pid))
    time.sleep(0.5)
    if run.poll() is not None:
        pytest.skip("it was too fast")
    os.kill(victims[0], signal.SIGKILL)
    run.communicate(timeout=2 * TIMEOUT_S)
    summary = program.results()["summary"]
    assert summary["total"] == count
    assert summary["error"] <= 1
    assert summary["pass"] + summary["error"] == count
    assert run.returncode == (ERROR if summary["error"] else PASS)


def write(program, name, text):
    return program.write(f"suite/{name}.yaml", text)


STEPS = "steps:\n  - {do: {press: 職員用ボタン}}\n"


def test_check_speaks_the_language_asked_for_and_prints_warnings(program):
    write(program, "a", "uketsuke: 1\nscenario: b\ntitle: {ja: あ, en: a}\nseed: P4\nsteps:\n"
                        "  - {id: P3-1, who: somebody, do: {press: 職員用ボタン}}\n")
    done = program("check", "suite")
    assert done.returncode == PASS
    assert done.stdout.splitlines() == [
        "suite/a.yaml:6:5: warning: P3-1 is not on a page that `seed` names",
        "suite/a.yaml:6:21: warning: somebody: a role without a name of its own; it is recorded as "
        "it stands (A-37)",
        "suite/a.yaml:1:1: warning: b: the file is called a; the two should be the same",
        "1 file, 0 problems, 3 warnings"]
    write(program, "a", "uketsuke: 1\nscenario: a\ntitle: {ja: あ, en: a}\nfaults: [{wire: us, "
                        "kind: drop}]\n" + STEPS)
    assert "there is no wire us; did you mean usb?" in program("check", "suite").stdout
    write(program, "a", "a:\n\tb: 1\n")
    done = program("check", "suite", "--lang", "ja")
    assert done.returncode == FAIL
    assert "suite/a.yaml:2:1: タブで字下げされています" in done.stdout
    done = program("run", "suite", "--lang", "ja", "--out", "out")
    assert done.returncode == ERROR and "タブ" in done.stdout and "indented" not in done.stdout
    reason = program.results()["scenarios"][0]["reason"]
    assert "タブ" in reason["ja"] and "indented with a tab" in reason["en"]
    assert program("list", "suite").returncode == FAIL


@pytest.mark.parametrize("name", ["null", "true", "y", "1e3", "0x1f", "007", "plain"])
def test_a_new_scenario_is_called_as_asked_for(program, name):
    path = new_scenario(program, name)
    assert program("check", "suite").returncode == PASS
    assert program("list", "suite").stdout.startswith(name + "\t")
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["scenario"] == name


def test_a_new_scenario_names_the_schema_only_where_it_is(program):
    assert "$schema" not in new_scenario(program).read_text(encoding="utf-8")
    checkout = program.folder / "checkout"
    shutil.copytree(SCENARIOS, checkout / "scenarios")
    for place in ("scenarios/mine/deep/a", "b"):
        path = checkout / f"{place}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        done = program("new", path, env={"UKETSUKE_DATA": str(checkout / "scenarios")})
        assert done.returncode == PASS, done.stderr
        [line] = [word for word in path.read_text(encoding="utf-8").splitlines()
                  if "$schema" in word]
        assert (path.parent / line.split("=")[1]).resolve() == \
            (checkout / "scenarios/schema/scenario.schema.json").resolve()


def test_the_limit_of_simulated_time_names_the_step_and_what_it_waited_for(program):
    write(program, "a", "uketsuke: 1\nscenario: a\ntitle: {ja: あ, en: a}\n"
                        "limits: {simulated: 20}\n"
                        "steps:\n  - {do: {press: 職員用ボタン}}\n  - {expect: {mode: "
                        "visual_confirmation}}\n  - {do: {wait: 1}}\n")
    done = program("run", "suite", "--out", "out")
    assert done.returncode == INCONC
    [result] = program.results()["scenarios"]
    assert result["verdict"] == "inconc"
    assert result["reason"]["en"] == (
        "the limit of simulated time (20 s) was reached at step 2 (line 7): looks only; "
        "it waited for: reader mode = visual_confirmation")
    assert "手順 2（7 行目" in result["reason"]["ja"]
    write(program, "a", "uketsuke: 1\nscenario: a\ntitle: {ja: あ, en: a}\n"
                        "limits: {simulated: 5}\n"
                        "steps:\n  - {do: {wait: 9}}\n  - {do: {press: 職員用ボタン}}\n")
    program("run", "suite", "--out", "out")
    assert program.results()["scenarios"][0]["reason"]["en"] == (
        "the limit of simulated time (5 s) was reached before step 2 (line 7): "
        "presses 職員用ボタン on the reader")


def test_a_run_whose_journals_cannot_be_written_says_so_once(program):
    disk = program.folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs",
                                            disk], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        new_scenario(program)
        done = program("run", "suite", "--repeat", "30", "--keep-journals", "--out", disk / "out")
        assert done.returncode == ERROR
        assert done.stdout.count("pass ") == 30
        assert "30 scenarios: 30 no deviation found" in done.stdout
        assert done.stderr.count("\n") == 1 and "No space left on device" in done.stderr
        assert "internal error" not in done.stdout + done.stderr
        assert not [path for path in (disk / "out").rglob(".*") if path.name != ".uketsuke-run"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_the_journal_tells_what_came_back_on_the_control_pipe(program, suite):
    assert program("run", "suite", "--keep-journals", "--out", "out").returncode == PASS
    [journal] = (program.folder / "out/journal").iterdir()
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    replies = [str(line) for line in lines if "control in" in str(line)]
    assert any("DEVICE 1209:" in line for line in replies), replies[:3]
    assert any("INTERFACE 0" in line and "ENDPOINT" in line for line in replies), replies[:3]


def test_a_deviation_tells_what_the_screen_says_about_it(program):
    text = (SCENARIOS / "hospital_flow/p5_emergency_reception_from_the_general_account.yaml") \
        .read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if "id: P5-3" not in line)
    write(program, "p5_emergency_reception_from_the_general_account", text + "\n")
    assert program("run", "suite", "--out", "out").returncode == FAIL
    result = program.results()["scenarios"][0]
    [failed] = [step for step in result["steps"] if step["verdict"] == "fail"]
    assert "the terminal says: visual_form_incomplete (" in failed["observed"]["en"]
    assert "端末のメッセージ：visual_form_incomplete" in failed["observed"]["ja"]


def test_faults_that_are_wrong_are_told_in_the_language_asked_for(program):
    write(program, "a", "uketsuke: 1\nscenario: a\ntitle: {ja: あ, en: a}\n"
                        "faults: [{wire: us, kind: drop}]\n" + STEPS)
    text = program("check", "suite", "--lang", "ja").stdout
    assert "did you mean" not in text and "usb" in text


def test_rows_are_told_apart_without_showing_what_is_secret(program):
    faults = SCENARIOS / "faults"
    done = program("run", faults / "wrong_password_at_the_terminal.yaml", "--out", "out",
                   "--keep-journals")
    assert done.returncode == PASS, done.stdout
    assert "user=nobody, password=****(2)" in done.stdout
    for file in (program.folder / "out").rglob("*"):
        assert not file.is_file() or b"test-administrator" not in file.read_bytes(), file
    typed = program.folder / "typed.yaml"
    typed.write_text((faults / "wrong_pin_once.yaml").read_text().replace("enter_pin: wrong",
                                                                          "enter_pin: 8642x"))
    done = program("check", typed)
    assert done.returncode == FAIL and "8642" not in done.stdout


def test_links_in_a_circle_are_a_problem_of_that_file_alone(program, suite):
    (suite.parent / "circle.yaml").symlink_to("circle.yaml")
    done = program("check", "suite")
    assert "suite/circle.yaml: cannot be reached" in done.stdout
    assert "2 files, 1 problem" in done.stdout
    assert program("run", "suite", "--out", "out").returncode == ERROR
    assert set(program.verdicts().values()) == {"pass", "error"}


def test_what_is_said_never_ends_in_a_file_of_results(program, suite):
    done = subprocess.run(["sh", "-c", f"'{program.path}' run suite --out out >&- 2>&-"],
                          cwd=program.folder, timeout=TIMEOUT_S)
    assert done.returncode == PASS
    assert b"deviation" not in (program.folder / "out" / ".uketsuke-run").read_bytes()
    assert program.verdicts()
