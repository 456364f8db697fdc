"""The vendor's program killed at every step of P5 and P3, as the whole reader (`reader: exec:`) and
as the hands at a served one (`panel: exec:`): an error that says so, nothing is left behind, and
the next scenario passes with a new program."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from pull import P3, P5, SLOWNESS, Footprint, Run, Served

HERE = pathlib.Path(__file__).resolve().parent
READER = HERE.parents[2] / "sim/gateway/examples/reader.py"
SPEED = 40 / SLOWNESS
ROUNDS = 5
GROWTH_KB = 2048  # the allocator takes a megabyte at a time
# Not before it is let in: the next program waits until this execution has been looked at.
GATE = """#!/bin/sh
read go < "$1" || exit 1
echo $$ >> "$2"
shift 2
exec "$@"
"""


class Programs:
    """What `exec:` starts, one at a time, each when it is let in."""

    def __init__(self, folder, *command):
        self.gate, self.fifo = folder / "gate", folder / "let_in"
        self.pids = folder / "pids"
        self.gate.write_text(GATE)
        self.gate.chmod(0o755)
        os.mkfifo(self.fifo)
        self.pids.touch()
        self.door = os.open(self.fifo, os.O_RDWR)
        self.binding = " ".join(map(str, (f"exec:{self.gate}", self.fifo, self.pids, *command)))

    def let_in(self):
        os.write(self.door, b"go\n")

    def started(self):
        return list(map(int, self.pids.read_text().split()))

    def kill(self):
        try:
            os.kill(self.started()[-1], signal.SIGKILL)
        except ProcessLookupError:
            pass  # the checks at the end take no time


class AsReader:
    """A program that plays the whole reader, with a simulated card."""

    def __init__(self, uketsuke, folder, _):
        port = 36000
        self.programs = Programs(folder, sys.executable, READER, "--vpcd", port, "--hold",
                                 2 / SPEED)
        self.bindings = f'reader: "{self.programs.binding}"'
        self.cards = subprocess.Popen(
            [uketsuke, "serve", "--vpcd", f"127.0.0.1:{port}", "--card", "hanako"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        self.cards.terminate()
        self.cards.wait()


class AsHands:
    """A program that has the hands of a served reader."""

    def __init__(self, uketsuke, folder, expected):
        self.served = Served(uketsuke, expected.reader, SPEED)
        self.programs = Programs(folder, sys.executable, HERE / "relay.py",
                                 self.served.panel.address)
        self.bindings = (f'reader: "usbip:{self.served.usb.address}/1-1", '
                         f'panel: "{self.programs.binding}"')

    def end(self):
        self.served.end()


KINDS = (AsReader, AsHands)


def plan_of(expected, kind):
    """Each round has each step once, of one kind of program; the kinds take turns."""
    return [step for turn in range(ROUNDS) for step in range(1, expected.steps + 1)
            if KINDS[(turn + step) % len(KINDS)] is kind]


def killed(run, programs, step):
    programs.let_in()
    found = run.execution(lambda number: programs.kill() if number == step else None)
    assert found.steps[-1][0] >= step, found.text()
    return found


@pytest.mark.parametrize("name", ["P5", "P3"])
@pytest.mark.parametrize("kind", KINDS, ids=("reader", "hands"))
def test_a_program_is_killed_and_the_next_scenario_passes(kind, name, tmp_path, uketsuke):
    share, shares = map(int, os.environ["PULL_SHARE"].split("/"))
    expected = {"P5": P5, "P3": P3}[name]
    plan = plan_of(expected, kind)[share::shares]
    desk = kind(uketsuke, tmp_path, expected)
    scenario = pathlib.Path(os.environ["UKETSUKE_DATA"]) / expected.scenario
    run = Run(uketsuke, tmp_path, scenario, desk.bindings, SPEED, len(plan))
    prints = []
    try:
        for step in plan:
            found = killed(run, desk.programs, step)
            if step < expected.taken or found.verdict != "pass":
                assert found.verdict == "error", f"step {step}: {found.text()}"
                assert "the program ended (signal 9)" in found.text(), f"step {step}"
            desk.programs.let_in()
            clean = run.execution(
                lambda number: prints.append(Footprint(run.worker())) if number == 2 else None)
            assert clean.verdict == "pass", f"after step {step}: {clean.text()}"
        run.interrupt()
    finally:
        run.kill()
        desk.end()
    assert len(desk.programs.started()) == 2 * len(plan)
    assert prints[-1].descriptors <= prints[0].descriptors
    assert prints[-1].threads <= prints[0].threads
    assert prints[-1].kilobytes - prints[len(prints) // 2].kilobytes < GROWTH_KB
