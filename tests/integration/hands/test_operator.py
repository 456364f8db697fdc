"""The operator at a terminal (a pty), in both languages."""
import json
import os
import pty
import select
import signal
import subprocess
import termios
import threading
import time

import pytest
from probe import LIMIT


class Operator:
    """operator_probe with a terminal of its own, and the person before it."""

    def __init__(self, language="en", seconds=LIMIT, terminal=True):
        self.screen = ""
        self.main, secondary = pty.openpty()
        self.name = os.ttyname(secondary)
        self.before = termios.tcgetattr(secondary)

        def take_terminal():
            os.close(os.open(self.name, os.O_RDWR))  # the first one that a session opens is its own

        self.process = subprocess.Popen(
            [os.environ["OPERATOR_PROBE"], language, str(seconds)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
            preexec_fn=take_terminal if terminal else None)
        self.secondary = secondary
        self.out = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.out.append(line.rstrip("\n"))

    def ask(self, number, method, **params):
        self.tell(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def sees(self, text):
        """Waits until the terminal has shown it; gives all that it has shown since the last."""
        until = time.monotonic() + LIMIT
        while text not in self.screen:
            assert time.monotonic() < until, f"no {text!r} on the terminal: {self.screen!r}"
            if select.select([self.main], [], [], 0.05)[0]:
                self.screen += os.read(self.main, 4096).decode("utf-8", errors="replace")
        shown, self.screen = self.screen, ""
        return shown

    def types(self, text):
        os.write(self.main, text.encode())

    def reported(self, start):
        until = time.monotonic() + LIMIT
        while not any(line.startswith(start) for line in self.out):
            assert time.monotonic() < until, f"no {start!r}: {self.out}"
            time.sleep(0.005)
        return next(line for line in self.out if line.startswith(start))

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(LIMIT) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.close()
        os.close(self.main)
        os.close(self.secondary)


def test_enter_attests_in_english():
    with Operator("en") as person:
        person.ask(1, "press", control="staff_button")
        shown = person.sees("within")
        assert "[1] Press 'Staff' on the reader's screen" in shown
        assert "Look for:" in shown
        person.types("\n")
        assert person.reported("attested 1") == "attested 1 operator"
        person.ask(2, "place", card="hanako", face="seen")
        assert "[2] Place the card of hanako (blue sticker) on the reader" in person.sees("within")
        person.types("\n")
        person.reported("attested 2")
        person.end()


def test_enter_attests_in_japanese():
    with Operator("ja") as person:
        person.ask(1, "press", control="staff_button")
        shown = person.sees("秒以内")
        assert "「職員用ボタン」を押してください" in shown
        assert "見るところ" in shown
        person.types("\n")
        person.reported("attested 1")
        person.ask(2, "confirm", ja="画面は赤いですか", en="Is the screen red?")
        assert "画面は赤いですか" in person.sees("いいえ: n と理由")
        person.types("n 青い\n")
        assert "操作者の回答: 青い" in person.reported("missed 2 not_possible")
        person.end()


def test_n_and_a_reason_and_what_is_neither():
    with Operator() as person:
        person.ask(1, "press", control="declined")
        person.sees("within")
        person.types("what?\n")
        person.sees("Enter, n and why, or q, please.")
        person.types("n  there is no such button \n")
        assert person.reported("missed 1").endswith("the operator says: there is no such button")
        person.ask(2, "confirm", ja="はい？", en="Yes?")
        person.sees("Yes: Enter")
        person.types("n\n")
        person.sees("n once more")  # one key is no verdict
        person.types("n\n")
        person.reported("missed 2 not_possible")
        person.ask(3, "confirm", ja="はい？", en="Yes?")
        person.sees("Yes: Enter")
        person.types("n\n")
        person.sees("n once more")
        person.types("\n")
        person.reported("attested 3")
        person.end()


def test_q_leaves_and_nobody_is_asked_any_more():
    with Operator() as person:
        person.ask(1, "plug")
        person.sees("within")
        person.types("q\n")
        assert "the operator has left" in person.reported("missed 1 no_operator")
        person.ask(2, "plug")
        person.reported("missed 2 no_operator")
        person.end()


def test_time_is_limited():
    with Operator(seconds=1) as person:
        person.ask(1, "plug")
        person.sees("Time is up.")
        assert "within 1 s" in person.reported("missed 1 time_out")
        person.end()


@pytest.mark.parametrize("method, params, sign, other", [
    ("place", {"card": "hanako"}, 0, 1), ("remove", {}, 1, 0), ("plug", {}, 2, 3),
    ("unplug", {}, 3, 2)])
def test_the_device_itself_confirms(method, params, sign, other):
    with Operator() as person:
        person.ask(1, method, **params)
        person.sees("within")
        person.tell(f"sign {other}")  # that is not it
        person.tell(f"sign {sign}")
        person.sees("Confirmed by the device.")
        assert person.reported("attested 1") == "attested 1 operator, confirmed by the device"
        person.ask(2, method, **params)  # what was shown before is no sign of this one
        person.sees("within")
        person.types("\n")
        assert person.reported("attested 2") == "attested 2 operator"
        person.end()


def test_a_secret_is_named_and_shown_on_the_terminal_only():
    with Operator() as person:
        person.ask(1, "enter", control="visual_passcode", text="918273")
        shown = person.sees("within")
        assert "the visual passcode issued for this run: 918273" in shown
        person.types("\n")
        person.reported("attested 1")
        person.ask(2, "pad_pin", digits="9182")
        assert "the card's four-digit PIN: 9182" in person.sees("within")
        person.types("n it does not take 9182\n")
        assert "it does not take ****" in person.reported("missed 2")
        person.end()
        assert not any("9182" in line for line in person.out)


def test_keys_pressed_before_the_question_are_no_answer():
    with Operator(seconds=2) as person:
        person.types("\n\n\n")
        time.sleep(0.05)
        person.ask(1, "plug")
        person.reported("missed 1 time_out")
        person.end()


def test_who_did_not_answer_is_not_waited_for_until_something_is_typed():
    with Operator(seconds=1) as person:
        person.ask(1, "plug")
        person.reported("missed 1 time_out")
        for number in (2, 3):
            person.ask(number, "plug")
            assert "does not answer" in person.reported(f"missed {number} time_out")
        person.sees("Press Enter when you are back")
        person.types("\n")
        person.ask(4, "plug")
        assert "when you are back" not in person.sees("[2]")  # it was told once
        person.types("\n")
        person.reported("attested 4")
        person.end()


def test_without_a_terminal_there_is_no_operator_at_once():
    with Operator(terminal=False) as person:
        person.ask(1, "press", control="staff_button")
        assert "no operator: there is no terminal" in person.reported("missed 1 no_operator")
        person.end()


def test_a_terminal_that_hangs_up_is_an_operator_who_left():
    with Operator() as person:
        person.process.send_signal(signal.SIGCONT)
        person.ask(1, "plug")
        person.sees("within")
        person.types("\x04")  # end of input
        person.reported("missed 1 no_operator")
        person.end()


def test_what_a_person_cannot_do_is_not_asked():
    with Operator() as person:
        person.ask(1, "place", card="hanako", face="misread")
        person.reported("missed 1 unknown")
        person.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_terminal_is_as_before_whatever_ends_the_program(number):
    with Operator() as person:
        person.ask(1, "enter", control="visual_passcode", text="918273")
        person.sees("within")
        person.process.send_signal(number)
        person.process.wait(LIMIT)
        assert termios.tcgetattr(person.secondary) == person.before


def test_a_terminal_that_was_stopped_does_not_stop_the_program():
    with Operator(seconds=1) as person:
        person.types("\x13")  # Ctrl-S
        time.sleep(0.05)
        person.ask(1, "plug")
        person.reported("missed 1 time_out")
        person.end()
