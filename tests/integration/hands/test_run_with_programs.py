"""`uketsuke run` with a program in the reader's place: what it does wrong is an error of the bench,
what it cannot do is inconclusive; neither is ever a pass, and nothing is left running."""
import json
import os
import subprocess
import sys

import pytest
from probe import all_gone

HERE = os.path.dirname(os.path.abspath(__file__))
BAD = os.path.join(HERE, "bad_program.py")
SCENARIO = "p3_emergency_reception_on_the_reader.yaml"


def run(tmp_path, *program):
    out = tmp_path / "out"
    scenario = os.path.join(os.environ["UKETSUKE_DATA"], "hospital_flow", SCENARIO)
    done = subprocess.run(
        [os.environ["UKETSUKE"], "--lang", "en", "run", scenario, "--out", str(out), "--bind",
         "reader=exec:" + " ".join(program)],
        capture_output=True, text=True, timeout=50, check=False)
    return done, json.loads((out / "results.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mode, what", [
    ("crash_at_start", "the program ended (exit code 3)"),
    ("garbage_before_hello", "not JSON"),
    ("refuses_hello", "robot is asleep"),
    ("crash_in_the_middle", "the program ended (signal 11)"),
    ("garbage", "not JSON"),
    ("flood", "it floods"),
])
def test_a_broken_program_is_an_error_of_the_bench(tmp_path, mode, what):
    pids = tmp_path / "pids"
    done, results = run(tmp_path, sys.executable, BAD, mode, str(pids))
    assert done.returncode == 4, done.stdout + done.stderr
    assert what in done.stdout
    assert {row["verdict"] for row in results["scenarios"]} == {"error"}
    started = pids.read_text().split()
    assert started and all_gone(started)


def test_what_a_program_cannot_do_is_inconclusive(tmp_path):
    done, _ = run(tmp_path, sys.executable, BAD, "can_do_nothing")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "cannot do 'begin'" in done.stdout
