"""The real program, with scenarios as a user writes them."""

import json
import os
import pathlib
import signal
import time

import pytest

from conftest import ERROR, FAIL, PASS, SLOWNESS, TIMEOUT_S, USAGE, children, wait_for

SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
FLOW = SCENARIOS / "hospital_flow"


def new_scenario(program, name="my_case"):
    done = program("new", f"suite/{name}")
    assert done.returncode == PASS, done.stderr
    return program.folder / f"suite/{name}.yaml"


@pytest.fixture
def suite(program):
    (program.folder / "suite").mkdir()
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
