"""A served reader with a card that stands for a real one, and runs that are bound to it."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from components import SLOWNESS, environment
from desk import Desk, list_for_libccid, start_pcscd_for
from searching import LARGEST
from stand_in import HOLDER, StandIn

P5 = "p5_emergency_reception_from_the_general_account"
PIN = "ordinary_reception_with_pin_on_the_generic_reader"
USBIP, HANDS = "127.0.0.1:3240", "127.0.0.1:3500"
READER = f"usbip:{USBIP}/1-1"


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    return StandIn(tmp_path_factory.mktemp("stand_in"))


class Done:
    def __init__(self, process):
        self.code, self.stdout, self.stderr = \
            process.returncode, process.stdout.decode(), process.stderr.decode()
        self.text = self.stdout + self.stderr


def _content(path):
    """Of a file that may be anybody's, and may be gone by now."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else b""
    except OSError:
        return b""


class Bench:
    """A folder in which everything happens that may leave something behind: reports, temporary
    files, core files, what the programs said. What the bound programs know of the card is theirs:
    `knows` True gives them its data (the simulated backend then knows its holder)."""

    def __init__(self, start, folder, uketsuke, stand_in):
        self._start, self._uketsuke, self._stand_in = start, uketsuke, stand_in
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.private = folder / "private"  # the search leaves it out
        self.private.mkdir()
        self._others = set(os.listdir("/tmp"))
        self._release, self._outs, self._said = "", 0, []
        self.reader, self.panel, self.env = READER, f"hands:{HANDS}", {}

    def serve(self, *words, reader="clean_tpdu", speed=20):
        program = self._start(self._uketsuke, "serve", "--usbip", USBIP, "--hands", HANDS,
                              "--reader", reader, "--cards", HOLDER, "--speed", speed, *words,
                              UKETSUKE_DATA=str(self._stand_in.data), TMPDIR=str(self.temporary))
        program.says("hands: ")
        return program

    def identified(self):
        """What `identify` says to put into the bench file."""
        serve = self.serve("--place", HOLDER, "--journal", "serve.jsonl")
        done = self.program("identify", "--bind", f"reader={READER}")
        assert done.code == 0, done.text
        serve.end()
        self._release = re.search(r"release: (\{.*\})", done.stdout)[1]
        return done

    def on_usbfs(self, pcscd=False):
        """The card is at hand at a reader on an emulated USB instead, perhaps behind pcscd and
        libccid. Answers what can be killed."""
        name = "canary reader"  # a device is locked by its name
        if pcscd:
            list_for_libccid(self.private, "1209:0003", name)
        desk = Desk(self._start, self.private, "clean_extended_apdu", cards=(HOLDER,),
                    options=("--data", self._stand_in.data, "--no-card", "--hands", "0", "--speed",
                             "20"))
        desk.host.says("hands:")
        self.panel = "hands:" + re.search(r"hands: (127\.0\.0\.1:\d+)", desk.host.said())[1]
        self.reader, self.env = "usb:1209:0003", desk.env
        if not pcscd:
            return desk.host
        self.reader, self.env = f"pcsc:{name}", {}
        return start_pcscd_for(self._start, self.private, desk)

    def bench_file(self, panel=None, release=True, simulated=False, may_lock=False,
                   name="bench.yaml"):
        lock = ", may_lock: true}" if may_lock else "}"
        words = [f"release: {self._release.replace('}', lock)}"] if release else []
        words += ["simulated: true"] if simulated else []
        path = self.folder / name
        path.write_text("uketsuke_bench: 1\n"
                        f"bind: {{reader: '{self.reader}', panel: '{panel or self.panel}'}}\n"
                        f"speed: 20\ncards: {{{HOLDER}: {{{', '.join(words)}}}}}\n",
                        encoding="utf-8")
        return path

    def command(self, *words, knows=True):
        data = self._stand_in.data if knows else os.environ["UKETSUKE_DATA"]
        return ([str(self._uketsuke), *map(str, words)],
                environment(self.folder, UKETSUKE_DATA=str(data), TMPDIR=str(self.temporary),
                            **self.env))

    def program(self, *words, knows=True):
        argv, env = self.command(*words, knows=knows)
        # Core files would be written, if anything were to write them.
        done = Done(subprocess.run(["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *argv],
                                   cwd=self.folder, stdin=subprocess.DEVNULL, check=False,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   timeout=30 * SLOWNESS, env=env))
        self._keep(words[0], done)
        return done

    def _keep(self, name, done):
        self._said.append(name)
        (self.folder / f"said-{len(self._said)}-{name}").write_text(done.text, encoding="utf-8")

    def new_out(self):
        self._outs += 1
        return self.folder / f"out{self._outs}"

    def run(self, scenario, bench, *words, knows=True):
        """`uketsuke run`, with every journal kept. A scenario: a path, or text."""
        if not isinstance(scenario, pathlib.Path):
            text, scenario = scenario, self.folder / f"scenario_{self._outs}.yaml"
            scenario.write_text(text, encoding="utf-8")
        out = self.new_out()
        done = self.program("run", scenario, "--bench", bench, "--keep-journals", "--out", out,
                            "--seed", "1", *words, knows=knows)
        done.out = out
        return done

    def found(self, models=(), **more):
        """Every secret that is anywhere. models: files with journals of simulated cards, which keep
        the certificate for authentication: it names nobody (harness/bench/secrets.h)."""
        searcher = self._stand_in.searcher(**more)
        found = [what for what in searcher.find_in(self.folder, leave_out=[self.private])
                 if not (what[0] in models and "auth certificate" in what[1])]
        for shared in (pathlib.Path("/dev/shm"), pathlib.Path("/var/tmp")):
            found += searcher.find_in(shared)
        for name in set(os.listdir("/tmp")) - self._others:
            found += searcher.find(_content(pathlib.Path("/tmp") / name), f"/tmp/{name}")
        return found


@pytest.fixture
def bench(start, tmp_path, uketsuke, stand_in):
    for shared in ("/dev/shm", "/var/tmp"):  # of this test's world alone (private.py)
        subprocess.run(["mount", "-t", "tmpfs", "none", shared], check=True)
    made = Bench(start, tmp_path, uketsuke, stand_in)
    yield made
    for shared in ("/dev/shm", "/var/tmp"):
        subprocess.run(["umount", shared], check=True)


@pytest.fixture
def flow():
    folder = pathlib.Path(os.environ["UKETSUKE_DATA"]) / "hospital_flow"
    return lambda name: folder / f"{name}.yaml"


def of_hanako(path, change=lambda text: text):
    """The scenario with the stand-in card in place of any other."""
    return change(path.read_text(encoding="utf-8").replace("taro", HOLDER))


def verdicts(done):
    results = json.loads((done.out / "results.json").read_text(encoding="utf-8"))["scenarios"]
    return [result["verdict"] for result in results]


def one_row(text):
    """The first row of the examples is enough."""
    lines = text.splitlines()
    rows = [i for i, line in enumerate(lines) if line.startswith("  - {example:")]
    return "\n".join(line for i, line in enumerate(lines) if i not in rows[1:]) + "\n"
