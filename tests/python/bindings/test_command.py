"""`python3 -m uketsuke` is the command: it says and writes what the binary does."""

import os
import pathlib
import signal
import sys
from typing import Any

import pytest

from conftest import ERROR, FAIL, PASS, USAGE, Program, children, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
FLOW = ROOT / "scenarios" / "hospital_flow"
REFUSED = FLOW / "emergency_view_refused_without_emergency_mode.yaml"


def python_at(path: pathlib.Path, *flags: str) -> Program:
    path.mkdir(exist_ok=True)
    return Program([sys.executable, *flags, "-m", "uketsuke"], path)


@pytest.fixture
def python(tmp_path: pathlib.Path) -> Program:
    return python_at(tmp_path / "python")


def comparable(results: Any) -> Any:
    def without_times(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: without_times(value) for key, value in node.items()
                    if key not in ("started_at", "wall_us", "rsa_us")}
        return [without_times(item) for item in node] if isinstance(node, list) else node

    return without_times(results)


def test_a_run_on_two_workers_has_the_results_of_the_binary(program: Program, python: Program
                                                            ) -> None:
    for one in (program, python):
        done = one("run", FLOW, "-j", "2", "--out", "out")
        assert done.returncode == PASS, done.stdout[-2000:] + done.stderr
    results = comparable(python.results())
    assert len(results["scenarios"]) >= 24
    assert results == comparable(program.results())


@pytest.mark.parametrize("arguments, code", [
    (["--version"], PASS), (["--help"], PASS), (["catalogue"], PASS), (["steps"], PASS),
    (["run", "nothere"], USAGE), (["run", "--nothing"], USAGE), ([], USAGE),
    (["explain", "DSC-01", "--lang", "ja"], PASS)])
def test_what_is_printed_is_what_the_binary_prints(program: Program, python: Program,
                                                   arguments: list[str], code: int) -> None:
    expected, done = program(*arguments), python(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == \
        (expected.returncode, expected.stdout, expected.stderr)
    assert done.returncode == code


def test_a_deviation_is_exit_code_1(python: Program) -> None:
    text = REFUSED.read_text(encoding="utf-8")
    assert "{emergency_view: refused" in text
    python.write("deviates.yaml", text.replace("{emergency_view: refused",
                                               "{emergency_view: returned"))
    done = python("run", "deviates.yaml", "--out", "out")
    assert done.returncode == FAIL, done.stdout + done.stderr
    assert list(python.verdicts().values()) == ["fail"]


def test_arguments_that_are_no_utf8_arrive_as_they_are(python: Program) -> None:
    done = python("run", os.fsdecode(b"\xff\xfe"), errors="surrogateescape")
    assert done.returncode == USAGE and os.fsdecode(b"\xff\xfe") in done.stderr


def test_a_reference_reader_is_certified(python: Program) -> None:
    claims = python.write("claims.yaml", python("claims", "model:clean_tpdu").stdout)
    done = python("certify", "--reader", "model:clean_tpdu", "--claims", claims, "--out", "out",
                  "--only", "DSC,MSG-03")
    assert done.returncode == PASS, done.stdout + done.stderr
    assert python("verify", "out").returncode == PASS


def test_campaigns_find_their_workers(python: Program) -> None:
    done = python("sweep", REFUSED, "-j", "2", "--out", "sweep")
    assert done.returncode in (PASS, FAIL), done.stdout + done.stderr
    done = python("explore", "--runs", "20", "--seed", "1", "-j", "2", "--out", "explore")
    assert done.returncode == PASS, done.stdout + done.stderr


def test_the_workers_are_of_the_same_package_wherever_they_start(tmp_path: pathlib.Path) -> None:
    """A folder `uketsuke` in the working directory is not taken for the package."""
    python = python_at(tmp_path / "python", "-P")
    python.write("uketsuke/__init__.py", "raise SystemExit('the wrong package')\n")
    python.write("uketsuke/__main__.py", "raise SystemExit('the wrong package')\n")
    done = python("run", REFUSED, "--out", "out")
    assert done.returncode == PASS, done.stdout + done.stderr


WRONG_RECORDS = """
uketsuke_sweep: 1
title: {ja: 結果の誤り, en: wrong records}
at: [first, middle, last]
faults: [{wires: [folder], kind: corrupt, bit: 77777}]
"""


def test_hints_name_the_command_as_it_was_typed(python: Program) -> None:
    plan = python.write("plan.yaml", WRONG_RECORDS)
    done = python("sweep", "--faults", plan, FLOW / "p5_emergency_reception_of_a_child.yaml",
                  "--out", "out")
    assert done.returncode == FAIL
    assert f"{sys.executable} -m uketsuke run out/" in done.stdout


def test_the_data_folder_of_the_environment_comes_first(python: Program) -> None:
    done = python("catalogue", env={"UKETSUKE_DATA": str(python.folder)})
    assert done.returncode == ERROR and str(python.folder) in done.stderr


def catches(pid: int, number: int) -> bool:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    mask = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_ctrl_c_ends_a_run_with_what_is_known(python: Program) -> None:
    run = python.start("run", FLOW, "--repeat", "1000", "--out", "out", start_new_session=True)
    wait_for(lambda: any(children(worker) == [] and catches(worker, signal.SIGTERM)
                         for worker in children(run.pid)))
    os.killpg(run.pid, signal.SIGINT)  # as the terminal does it: to all of them
    output, errors = run.communicate(timeout=60)
    assert run.returncode == ERROR, output + errors
    assert "interrupted" in output and "Traceback" not in errors
    assert python.results()["summary"]["interrupted"] is True


def test_ctrl_c_ends_a_command_that_waits_for_no_signal(python: Program) -> None:
    run = python.start("mutants", "--out", "out")
    inside = f"/proc/{run.pid}/maps"
    wait_for(lambda: "/_core." in pathlib.Path(inside).read_text()
             and not catches(run.pid, signal.SIGINT))
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=20)
    assert run.returncode == -signal.SIGINT
    assert "Traceback" not in errors


TWICE = """
import os, signal, time
from uketsuke import _core
codes = [_core.main([b"--version"], "x"), _core.main([b"run", b"nothere"], "x")]
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)
except KeyboardInterrupt:
    print(codes, "and Ctrl-C is Python's again")
"""


def test_after_the_command_the_interpreter_is_what_it_was(tmp_path: pathlib.Path) -> None:
    done = Program([sys.executable, "-c", TWICE], tmp_path)()
    assert done.returncode == PASS, done.stderr
    assert f"{[PASS, USAGE]} and Ctrl-C is Python's again" in done.stdout


def test_standard_streams_that_are_closed_are_nobody_elses(python: Program) -> None:
    command = " ".join([sys.executable, "-m", "uketsuke", "run", str(REFUSED), "--out",
                        "out"])
    closed = Program(["/bin/sh", "-c"], python.folder)
    done = closed(f"{command} >&- <&-")
    assert done.returncode in (PASS, ERROR) and "Traceback" not in done.stderr
    assert set(python.verdicts().values()) == {"pass"}
