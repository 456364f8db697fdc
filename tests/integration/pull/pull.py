"""A bound run in which something is pulled at a named step, again and again in one worker process:
each execution with a fault is followed by one without, which has to pass."""

import json
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time

from damage import faults as damaged
from network import Network

SLOWNESS = int(os.environ.get("UKETSUKE_SLOWNESS", "1"))
TRIES = 3  # of an execution that says nothing of what is tested
BUSY_MS = 20  # without a processor: 2 simulated seconds, at this speed
LIMIT_S = 30 * SLOWNESS  # for anything; nothing takes a tenth of it
RELEASE = ("{key: b9c55dd585cc982eef45a840eefab771, "
           "digest: 7591ecd0cca42d4ded22c424c80f30614af25526130f294240a41b1906966338}")
VERDICTS = ("pass", "fail", "inconc", "error", "n/a", "none")


class Broken(AssertionError):
    """What must not happen, with what was said meanwhile."""


class Hands:
    """A second client of the served reader's hands: who pulls."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), LIMIT_S)
        self.lines = self.socket.makefile()
        self.number = 0
        self.ask("hello", protocol=1, name="puller")

    def ask(self, method, **params):
        """The result, or the code of the error."""
        self.number += 1
        self.socket.sendall(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method,
                                        "params": params}).encode() + b"\n")
        while True:
            answer = json.loads(self.lines.readline())
            if answer.get("id") == self.number:
                return answer.get("result", answer.get("error", {}).get("code"))

    def end(self):
        self.lines.close()
        self.socket.close()


class Served:
    """`uketsuke serve` with one reader: networks in front of its USB/IP server and its hands."""

    def __init__(self, program, reader, speed):
        self.command = [program, "serve", "--usbip", "127.0.0.1:0", "--hands", "0", "--reader",
                        reader, "--cards", "hanako", "--speed", str(speed)]
        self.usb, self.panel = Network(), Network()
        self.process = self.hands = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            word, _, rest = line.strip().partition(": ")
            if word == "usbip":
                self.usb.server = rest
            if word == "hands":
                self.panel.server = rest
                break
        else:
            raise Broken("serve did not start")
        self.hands = Hands(self.panel.server)

    def kill(self):
        self.process.kill()
        self._gone()

    def _gone(self):
        self.process.wait(LIMIT_S)
        self.process.stdout.close()
        self.hands.end()

    def bindings(self):
        return f'reader: "usbip:{self.usb.address}/1-1", panel: "hands:{self.panel.address}"'

    def end(self):
        """Asked to go, it goes, and says that all was well."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(LIMIT_S)
        self._gone()
        self.usb.end()
        self.panel.end()
        if code != 0:
            raise Broken(f"serve ended with {code}")


# What is done, and how it is undone before the next scenario.
def _nothing(_):
    pass


def _kill(served):
    served.kill()


FAULTS = {
    "reader": (lambda s: s.hands.ask("unplug"), lambda s: s.hands.ask("plug")),
    "card": (lambda s: s.hands.ask("remove"), _nothing),
    "network cut": (lambda s: s.usb.cut(), lambda s: s.usb.restore()),
    "network silent": (lambda s: s.usb.go_silent(), lambda s: s.usb.restore()),
    "network half closed": (lambda s: s.usb.close_to_client(), _nothing),
    "network of the hands": (lambda s: s.panel.reset(), _nothing),
    "program": (_kill, lambda s: s.start()),
    **damaged(),  # a hostile peer on the other side, whichever that is
}


class Footprint:
    """What /proc says of a process."""

    def __init__(self, pid):
        base = pathlib.Path(f"/proc/{pid}")
        self.descriptors = len(os.listdir(base / "fd"))
        self.threads = len(os.listdir(base / "task"))
        # What it has for itself: pages of the program's file come and go with what is run.
        self.kilobytes = int(re.search(r"RssAnon:\s+(\d+)", (base / "status").read_text())[1])


def waited_ms(pid):
    """How long its threads have waited for a processor (/proc/PID/schedstat: the second number)."""
    try:
        return sum(int(task.read_text().split()[1])
                   for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6
    except (OSError, IndexError):
        return 0


class Execution:
    """One execution of the scenario as the run told it."""

    def __init__(self):
        self.steps = []  # (number, of, words), as they began
        self.verdict = None
        self.told = []  # the line of the result and what follows it
        self.began = time.monotonic()

    def text(self):
        return "\n".join(self.told)


class Run:
    """`uketsuke run --steps` with what is bound; speaks line by line."""

    def __init__(self, program, folder, scenario, bindings, speed, repeat):
        bench = folder / "bench.yaml"
        bench.write_text(f"uketsuke_bench: 1\nbind: {{{bindings}}}\nspeed: {speed}\n"
                         f"cards: {{hanako: {{simulated: true, release: {RELEASE}}}}}\n",
                         encoding="utf-8")
        self.out = folder / "out"
        self.process = subprocess.Popen(
            [program, "run", scenario, "--bench", bench, "--steps", "--repeat", str(repeat),
             "--out", self.out, "--wall-limit", str(LIMIT_S)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            cwd=folder, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})  # its locks are there
        self.lines = queue.Queue()
        self.heard = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def next_line(self):
        try:
            line = self.lines.get(timeout=LIMIT_S)
        except queue.Empty:
            raise Broken("the run hangs; it said last:\n" + "\n".join(self.heard[-30:])) from None
        if line is None:
            raise Broken("the run ended:\n" + "\n".join(self.heard[-30:]))
        self.heard = self.heard[-100:] + [line]
        return line

    def execution(self, at_step=lambda number: None):
        """The next one; at_step is called as each step begins. What is told of a result after its
        line has been waited for, too."""
        found = Execution()
        while found.verdict is None:
            line = self.next_line()
            words = line.split()
            if line.startswith("step "):
                number, of = map(int, words[1].split("/"))
                found.steps.append((number, of, " ".join(words[2:])))
                at_step(number)
            elif words and words[0] in VERDICTS and not line.startswith(" "):
                found.verdict = words[0]
                found.told = [line]
        while not self.lines.empty():  # told at once, with the result
            line = self.lines.queue[0]
            if line is None or not line.startswith(" "):
                break
            found.told.append(self.next_line())
        return found

    def worker(self):
        """The process that runs the scenarios."""
        children = self.workers()
        assert children, "/proc is not that of this pid namespace (private.py)"
        return children[0]

    def workers(self):
        """None before the first scenario."""
        pid = self.process.pid
        return [int(child) for child in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def interrupt(self):
        """As two Ctrl-C: it ends at once."""
        for _ in range(2):
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        self.process.wait(LIMIT_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.thread.join()
        self.process.stdout.close()


class Expected:
    """What may come of a fault that hits as a step begins. The steps: up to `needs` the scenario
    cannot go on without the reader; a card lies there from `placed` to `taken`."""

    def __init__(self, scenario, reader, steps, needs, placed, taken):
        self.scenario, self.reader, self.steps = scenario, reader, steps
        self.needs, self.placed, self.taken = needs, placed, taken

    def must_not_pass(self, fault, step):
        if fault.startswith("to "):
            return False  # much of it does no harm
        if fault in ("program", "network of the hands"):
            return step < self.taken  # an error at once; the checks at the end take no time
        if fault == "card":
            return self.placed < step < self.taken
        if fault == "network half closed":
            return False  # the program comes back by itself
        return step < self.needs


P5 = Expected("hospital_flow/p5_emergency_reception_from_the_general_account.yaml", "clean_tpdu",
              steps=15, needs=6, placed=6, taken=8)
P3 = Expected("hospital_flow/p3_emergency_reception_on_the_reader.yaml", "face",
              steps=14, needs=7, placed=4, taken=7)

# What a report has to name, whatever the step: any of these.
NAMED = {
    "reader": ("the reader was away",),
    "network cut": ("the reader was away",),
    "network half closed": ("the reader was away",),
    "network silent": ("the last message from the reader", "the reader was away"),
    "network of the hands": ("the connection was closed", "connection"),
    "program": ("the connection was closed", "connection", "the reader was away"),
    "card": ("does not lie on the reader", "card_removed", "card = absent", "card absent",
             "card_absent"),
}
NETWORK = ("network cut", "network silent", "network half closed", "network of the hands")


def plan_of(expected, rounds):
    """[(fault, step)]: each round has each step once; over as many rounds as there are kinds of
    fault each kind hits each step. The program is killed last: a process that is new has leaked
    nothing."""
    kinds = ("reader", "card", "network", "program")
    plan = []
    for turn in range(rounds):
        for step in range(1, expected.steps + 1):
            kind = kinds[(turn + step) % len(kinds)]
            if kind == "network":
                kind = NETWORK[(turn // len(kinds) + turn + step // len(kinds)) % len(NETWORK)]
            plan.append((kind, step))
    return sorted(plan, key=lambda entry: entry[0] == "program")


class Series:
    """A plan, carried out. `problems` says what was wrong, in words."""

    def __init__(self, program, data, folder, expected, plan, speed):
        self.expected, self.plan, self.folder = expected, plan, folder
        self.problems, self.verdicts = [], {}
        self.retries = 0  # of executions without a fault
        self.footprints = {"run": [], "serve": []}  # while nothing has been pulled
        self.served = Served(program, expected.reader, speed)
        try:
            self._run(program, pathlib.Path(data) / expected.scenario, speed)
            self.served.end()
        finally:
            if self.served.process.poll() is None:
                self.served.process.kill()
                self.served.process.wait()
            self.served.process.stdout.close()

    def _let_in(self, yes):
        self.served.panel.let_in(yes)
        self.served.usb.let_in(yes)

    def _run(self, program, scenario, speed):
        self._let_in(False)
        # Each of the two rows of the scenario's examples is repeated as often: more than enough.
        run = Run(program, self.folder, scenario, self.served.bindings(), speed,
                  len(self.plan) * TRIES)
        try:
            for number, (fault, step) in enumerate(self.plan):
                self._pull(run, fault, step)
                self._clean(run, number, fault, step)
            run.interrupt()
        finally:
            run.kill()

    def _untold(self, fault, step, found):
        """Whether the verdict is one that does not say what happened."""
        if found.verdict == "pass":
            return self.expected.must_not_pass(fault, step)
        return not any(words in found.text() for words in NAMED.get(fault, ("",)))

    def _waited_ms(self, run):
        return sum(waited_ms(pid) for pid in (*run.workers(), self.served.process.pid))

    def _pull(self, run, fault, step):
        pull, mend = FAULTS[fault]
        pulled = []

        def at_step(number):
            if number == 1:
                self.served.panel.let_in(False)  # the next execution waits
            if number == step:
                pulled.append(time.monotonic())
                pull(self.served)

        for _ in range(TRIES):  # as in _clean
            pulled.clear()
            self._let_in(True)
            before_ms = self._waited_ms(run)
            found = run.execution(at_step)
            busy = self._waited_ms(run) - before_ms > BUSY_MS
            if pulled:
                mend(self.served)
            if pulled and not (busy and self._untold(fault, step, found)):
                break
            self.retries += 1
        where = f"{fault} at step {step}"
        count = self.verdicts.setdefault(fault, {})
        count[found.verdict] = count.get(found.verdict, 0) + 1
        if not pulled:
            return self.problems.append(f"{where}: the run did not come so far:\n{found.text()}")
        if found.verdict not in ("pass", "fail", "inconc", "error"):
            self.problems.append(f"{where}: {found.verdict}")
        if "limit of" in found.text():
            self.problems.append(f"{where}: it hung:\n{found.text()}")
        if self._untold(fault, step, found):
            self.problems.append(f"{where}: nobody noticed" if found.verdict == "pass" else
                                 f"{where}: not told what happened:\n{found.text()}")

    def _clean(self, run, number, fault, step):
        self._let_in(True)

        def at_step(begun):
            if begun == 1:
                self.served.panel.let_in(False)
            if begun == 2:
                self.footprints["run"].append(Footprint(run.worker()))
                if fault != "program":
                    self.footprints["serve"].append(Footprint(self.served.process.pid))

        # At this speed a machine that is busy for a moment is a card that times out.
        for _ in range(TRIES):
            found = run.execution(at_step)
            if found.verdict == "pass":
                return
            self._let_in(True)
            self.retries += 1
        self.problems.append(f"after {fault} at step {step}: {found.text()}")

    def leaks(self, kilobytes):
        """In words; more than so many kilobytes from the second quarter to the last is one."""
        found = []
        for who, prints in self.footprints.items():
            third, quarter = len(prints) // 3, len(prints) // 4
            if third == 0:
                continue
            for what in ("descriptors", "threads"):
                before = max(getattr(p, what) for p in prints[:third])
                after = min(getattr(p, what) for p in prints[-third:])
                if after > before:
                    found.append(f"{who}: {what} grew from {before} to {after}")
            grown = (_median(p.kilobytes for p in prints[-quarter or -1:])
                     - _median(p.kilobytes for p in prints[quarter:2 * quarter + 1]))
            if grown > kilobytes:
                found.append(f"{who}: {grown} kB more")
        return found


def _median(values):
    values = sorted(values)
    return values[len(values) // 2]
