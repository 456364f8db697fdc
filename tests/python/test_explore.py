"""`uketsuke explore` with the real program."""

import json
import signal

from conftest import ERROR, PASS, USAGE, children, wait_for


def report(program, out="out"):
    return json.loads((program.folder / out / "explore.json").read_text(encoding="utf-8"))


def test_it_says_what_was_played_and_what_was_walked(program):
    done = program("explore", "--model", "p5", "--runs", 60, "--seed", 3, "-j", 2, "--out", "out")
    assert done.returncode == PASS, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("p5: 60 sequences, ")
    assert "0 disagreements" in lines[0]
    assert any(line.startswith("60 sequences, 0 disagreements, ") for line in lines)
    result = report(program)
    (model,) = result["models"]
    assert (result["seed"], model["model"], model["sequences"]) == (3, "p5", 60)
    for part in ("states", "transitions"):
        assert model[part]["all"] == model[part]["walked"] + len(model[part]["missing"])
        assert model[part]["walked"] > 0
    assert model["acts"] >= 12 * 60
    assert model["failures"] == []


def test_workers_change_nothing_and_the_language_can_be_chosen(program):
    one = program("explore", "--model", "p4", "--runs", 30, "--out", "one", "--lang", "ja")
    three = program("explore", "--model", "p4", "--runs", 30, "-j", 3, "--out", "three")
    assert (one.returncode, three.returncode) == (PASS, PASS)
    assert one.stdout.startswith("p4：30 系列")
    first, second = report(program, "one")["models"][0], report(program, "three")["models"][0]
    for model in (first, second):
        model.pop("wall_ms")
    assert first == second


def test_a_finding_of_an_earlier_run_does_not_stay(program):
    assert program("explore", "--model", "p5", "--runs", 1, "--out", "out").returncode == PASS
    old = program.write("out/explore-p5-1-0.yaml", "uketsuke: 1\n")
    assert program("explore", "--model", "p5", "--runs", 1, "--out", "out").returncode == PASS
    assert not old.exists()


def test_wrong_usage(program):
    for arguments in (["--model", "p6"], ["--runs", "0"], ["--seed", "-1"], ["-j", "0"]):
        done = program("explore", *arguments)
        assert done.returncode == USAGE, arguments
        assert done.stdout == "" and done.stderr.count("\n") == 1, done.stderr
    program.write("full/something", "")
    assert program("explore", "--runs", "1", "--out", "full").returncode == USAGE


def test_it_can_be_interrupted(program):
    running = program.start("explore", "--runs", "100000000", "-j", "2", "--out", "out")
    workers = wait_for(lambda: children(running.pid))
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == ERROR
    assert "interrupted" in output
    wait_for(lambda: not any(children(worker) for worker in workers))
    assert report(program)["models"]
