"""pcscd killed at every step of P5 behind pcscd and libccid: a verdict that says so, and the next
scenario passes with a new one."""

import os
import re

from desk import Desk, list_for_libccid, start_pcscd_for
from network import Network
from pull import P5, SLOWNESS, Footprint, Run

SPEED = 20 / SLOWNESS  # libccid's own limits of 3 s are real ones
READER, IDS = "clean_extended_apdu", "1209:0003"
STEPS = 10


def test_pcscd_is_killed_and_the_next_scenario_passes(start, tmp_path, uketsuke):
    share, shares = map(int, os.environ["PULL_SHARE"].split("/"))
    name = f"pulled reader {share}"  # a device is locked by its name, for the whole machine
    list_for_libccid(tmp_path, IDS, name)
    desk = Desk(start, tmp_path, READER, options=("--no-card", "--hands", "0", "--speed",
                                                  str(SPEED)))
    desk.host.says("hands:")
    panel = Network()
    panel.server = re.search(r"hands: (127\.0\.0\.1:\d+)", desk.host.said())[1]
    pcscd = start_pcscd_for(start, tmp_path, desk)
    panel.let_in(False)
    steps = list(range(1, STEPS + 1))[share::shares]
    run = Run(uketsuke, tmp_path, os.path.join(os.environ["UKETSUKE_DATA"], P5.scenario),
              f'reader: "pcsc:{name}", panel: "hands:{panel.address}"', SPEED,
              len(steps))  # each of the two rows: one pulled, one that has to pass
    prints, told = [], []
    try:
        for step in steps:
            def at_step(number):
                if number == 1:
                    panel.let_in(False)
                if number == step:
                    pcscd.process.kill()
                    pcscd.process.wait()

            panel.let_in(True)
            found = run.execution(at_step)
            assert found.steps[-1][0] >= step, found.text()
            told.append((step, found.verdict, found.text()))
            pcscd = start_pcscd_for(start, tmp_path, desk)

            def at_clean(number):
                if number == 1:
                    panel.let_in(False)
                if number == 2:
                    prints.append(Footprint(run.worker()))

            panel.let_in(True)
            clean = run.execution(at_clean)
            assert clean.verdict == "pass", f"after step {step}: {clean.text()}"
        run.interrupt()
    finally:
        run.kill()
        panel.end()
    for step, verdict, text in told:
        assert verdict in ("fail", "inconc", "error", "pass")
        assert verdict == "pass" or "pcscd" in text or "the reader was away" in text, text
        assert verdict != "pass" or step >= P5.needs, text
    assert prints[-1].descriptors <= prints[0].descriptors
    assert prints[-1].threads <= prints[0].threads
