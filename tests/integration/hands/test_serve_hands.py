"""`uketsuke serve --hands`: panel, slot and plug of the reader that the program itself serves."""
import os
import signal
import subprocess

import pytest
from probe import LIMIT, Probe


class Serve:
    def __init__(self, *words):
        self.process = subprocess.Popen(
            [os.environ["UKETSUKE"], "serve", "--hands", "0", *words], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8")
        line = self.process.stdout.readline()
        assert line.startswith("hands: 127.0.0.1:"), line + self.process.stdout.read()
        self.address = line.split()[1]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LIMIT) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def test_hands_work_the_face_reader():
    with Serve("--cards", "hanako,taro") as serve, Probe("tcp", serve.address) as probe:
        probe.wait_for("shown not_connected")  # no host has its plug
        probe.ask(1, "begin")
        assert probe.wait_for("attested 1") == f"attested 1 served reader (hands:{serve.address})"
        probe.ask(2, "place", card="hanako")
        probe.wait_for("attested 2")
        probe.ask(3, "place", card="taro")
        probe.wait_for("missed 3 not_possible")
        probe.ask(4, "place_second", card="taro")
        probe.wait_for("attested 4")
        probe.ask(5, "place", card="jiro")
        probe.wait_for("missed 5 unknown")
        probe.ask(6, "remove", card="taro")
        probe.wait_for("attested 6")
        probe.ask(7, "remove")
        probe.wait_for("attested 7")
        probe.ask(8, "remove")
        probe.wait_for("missed 8 not_possible")
        probe.ask(9, "press", control="staff_button")
        # What the screen does at once is told before the answer.
        probe.wait_for("refused staff_button not_offered")
        probe.wait_for("attested 9")
        probe.ask(10, "unplug")
        probe.wait_for("attested 10")
        probe.ask(11, "unplug")
        probe.wait_for("missed 11 not_possible")
        probe.ask(12, "plug")
        probe.wait_for("attested 12")
        probe.ask(13, "compare", match=True)
        probe.wait_for("attested 13")
        probe.ask(14, "confirm", ja="？", en="?")
        probe.wait_for("missed 14 unknown")
        probe.end()
        serve.end()


def test_begin_takes_the_cards_of_that_reader_and_no_others():
    with Serve("--reader", "face", "--reader", "clean_tpdu", "--cards", "hanako,taro",
               "--maker-ids", "--place", "hanako") as serve, \
            Probe("tcp", serve.address) as face, \
            Probe("tcp", serve.address, "generic_reader_2") as generic:
        generic.ask(1, "place", card="taro")
        generic.wait_for("attested 1")
        generic.ask(2, "press", control="staff_button")
        generic.wait_for("missed 2 unknown")
        face.ask(1, "begin")
        face.wait_for("attested 1")
        face.ask(2, "remove")
        face.wait_for("missed 2 not_possible")  # begin took it
        generic.ask(3, "remove")
        generic.wait_for("attested 3")
        face.end()
        generic.end()
        serve.end()


@pytest.mark.parametrize("where, code, what", [
    ("nowhere", 5, "it is written [ADDR:]PORT"),
    ("127.0.0.1:99999", 5, "it is written [ADDR:]PORT"),
    ("192.0.2.1:3500", 4, "cannot listen"),
])
def test_a_wrong_address_is_told(where, code, what):
    done = subprocess.run([os.environ["UKETSUKE"], "--lang", "en", "serve", "--hands", where],
                          capture_output=True, text=True, timeout=LIMIT, check=False)
    assert (done.returncode, what in done.stderr) == (code, True), done.stderr
