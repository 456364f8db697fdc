"""A vendor's program as hands (`panel: exec:`): the example works; whatever a program does wrong is
an error of the route within its limit, and no process is left."""
import os
import signal
import sys
import time

import pytest
from probe import LIMIT, Probe, all_gone, children, running

HERE = os.path.dirname(os.path.abspath(__file__))
PANEL = os.path.join(os.environ["HANDS_EXAMPLES"], "panel.py")
BAD = os.path.join(HERE, "bad_program.py")


def test_the_example_does_what_it_can():
    with Probe("exec", PANEL) as probe:
        probe.ask(1, "begin")
        assert probe.wait_for("attested 1") == f"attested 1 example panel (exec:{PANEL})"
        probe.ask(2, "press", control="staff_button")
        assert probe.wait_for("shown passcode_entry")
        probe.wait_for("attested 2")
        probe.ask(3, "enter", control="visual_passcode", text="123456")
        probe.wait_for("attested 3")
        probe.ask(4, "press", control="nothing")
        assert probe.wait_for("refused") == "refused nothing not_offered"
        probe.wait_for("attested 4")
        probe.ask(5, "remove")
        assert "no such card" in probe.wait_for("missed 5 not_possible")
        probe.ask(6, "place", card="hanako")
        probe.wait_for("attested 6")
        probe.ask(7, "unplug")
        assert "cannot do 'unplug'" in probe.wait_for("missed 7 unknown")
        assert not any("failed" in line for line in probe.end())


def test_many_requests_at_once_are_each_answered_once():
    with Probe("exec", PANEL) as probe:
        for number in range(1, 41):
            probe.ask(number, "enter", control="field", text="x")
        for number in range(1, 41):
            probe.wait_for(f"attested {number} ")
        answers = [line for line in probe.end() if line.startswith(("attested", "missed"))]
        assert len(answers) == 40


# mode -> what the report must say
BAD_PROGRAMS = {
    "crash_at_start": "the program ended (exit code 3)",
    "exit_0_at_start": "the program ended (exit code 0)",
    "hang_before_hello": "did not answer 'hello' in time",
    "garbage_before_hello": "not JSON",
    "show_before_hello": "before it answered hello",
    "wrong_version": "it wants version 2",
    "refuses_hello": "robot is asleep",
    "link_without_link": "without a link",
    "exit_0_after_hello": "the program ended (exit code 0)",
    "closes_stdout": "closed its standard output",
    "closes_stdin": "closed its standard input",
    "flood": "floods",
    "flood_without_line": "a line is too long",
    "flood_of_errors": "did not answer 'press' in time",
    "grandchild": "the program ended (exit code 7)",
    "crash_in_the_middle": "the program ended (signal 11)",
    "exit_0_in_the_middle": "the program ended (exit code 0)",
    "hang_in_answer": "did not answer 'press' in time",
    "ignores_sigterm": "did not answer 'press' in time",
    "garbage": "not JSON",
    "binary_garbage": "not JSON",
    "half_line": "closed its standard output",
    "half_line_then_hang": "did not answer 'press' in time",
    "deep_nesting": "nested too deeply",
    "batch": "batches are not spoken here",
    "answers_twice": "a second one",
    "answers_another_id": "an answer to no open request",
    "result_of_wrong_type": "result: not an object",
    "cannot_read_us": "could not read a line",
    "wrong_params": "params.screen: not a string",
    "unknown_methods": "floods",
}


@pytest.fixture(name="pids")
def file_of_process_ids(tmp_path):
    file = tmp_path / "pids"
    yield file
    for pid in file.read_text().split() if file.exists() else []:
        if running(pid):
            os.kill(int(pid), signal.SIGKILL)


@pytest.mark.parametrize("mode", BAD_PROGRAMS)
def test_a_program_that_does_it_wrong_is_an_error_of_the_route(mode, pids):
    # Limits that only those programs reach that are to reach them.
    hangs = "did not answer" in BAD_PROGRAMS[mode]
    in_time = 500 if hangs and "hello" in BAD_PROGRAMS[mode] else 1000 * LIMIT
    answer = 300 if hangs else 1000 * LIMIT
    with Probe("exec", sys.executable, BAD, mode, str(pids), hello_ms=in_time,
               deed_ms=answer) as probe:
        probe.ask(1, "press", control="staff_button")
        failed = probe.wait_for("failed hands")
        assert BAD_PROGRAMS[mode] in failed.split(" | ")[1]
        assert failed.split(" | ")[0].isascii() is False  # Japanese too
        if mode != "answers_twice":
            assert f"exec:{sys.executable} {BAD} {mode}" in probe.wait_for("missed 1 not_possible")
        probe.ask(2, "press", control="staff_button")  # and the route still answers
        probe.wait_for("missed 2 not_possible")
        probe.ask(3, "card.connect", slot=0)
        probe.wait_for("card failed no reader")
        probe.ask(4, "link.end_reception")
        probe.wait_for("link response 4 refused")
        assert children(probe.process.pid) == []
        seen = probe.end()
        for route in ("hands", "card", "link"):
            assert len([line for line in seen if line.startswith(f"failed {route}")]) == 1
    started = pids.read_text().split()
    assert len(started) == (2 if mode == "grandchild" else 1)
    assert all_gone(started)


def test_last_words_are_reported_unless_a_real_card_is_bound():
    with Probe("exec", sys.executable, BAD, "crash_at_start") as probe:
        # Without what drives a terminal.
        assert "The end of its error output: no robot [31m found" in probe.wait_for("failed hands")
        probe.end()
    with Probe("quiet", sys.executable, BAD, "crash_at_start") as probe:
        assert "robot" not in probe.wait_for("failed hands")
        probe.end()


def test_a_program_that_cannot_be_started_is_an_error_that_says_why(tmp_path):
    not_executable = tmp_path / "panel"
    not_executable.write_text("")
    for program, why in ((str(tmp_path / "nothing"), "No such file"),
                         (str(not_executable), "Permission denied")):
        with Probe("exec", program) as probe:
            assert why in probe.wait_for("failed hands")
            probe.end()


def test_a_program_that_ignores_everything_is_gone_when_the_bench_goes(pids):
    with Probe("exec", sys.executable, BAD, "ignores_sigterm", str(pids)) as probe:
        probe.ask(1, "press", control="staff_button")
        until = time.monotonic() + LIMIT
        while not pids.exists() and time.monotonic() < until:
            time.sleep(0.01)
        probe.end()
    assert all_gone(pids.read_text().split())


def test_nothing_of_ours_is_open_in_the_program():
    inherited = os.open("/dev/null", os.O_RDONLY)  # of the bench, and not closed by exec
    try:
        with Probe("exec", sys.executable, BAD, "tells_its_descriptors",
                   pass_fds=(inherited,)) as probe:
            assert "descriptors [0, 1, 2]" in probe.wait_for("failed hands")
            probe.end()
    finally:
        os.close(inherited)
