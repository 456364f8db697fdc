"""The process that has to do with a real card: no core dump, and what pcscd and programs beside it
write is named or dropped."""

import os
import pathlib
import signal
import subprocess

import pytest

from components import TIMEOUT_S, start_pcscd, wait_for
from conftest import P5, of_hanako, one_row, verdicts

NEXT = "  - {id: P5-7, expect: {terminal_screen: eligibility_detail}}\n"
WAIT = "  - {do: {wait: 600}}\n"


class Process:
    """What /proc says. Processes of this test's world have other numbers there."""

    def __init__(self, folder):
        self.folder = folder
        status = dict(line.split(":\t", 1) for line in
                      (folder / "status").read_text(encoding="utf-8").splitlines() if ":\t" in line)
        self.parent = int(status["PPid"])
        self.pid_here = int(status["NSpid"].split()[-1])
        self.words = (folder / "cmdline").read_bytes().split(b"\0")

    @staticmethod
    def all():
        for folder in pathlib.Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    yield Process(folder)
                except (OSError, KeyError, ValueError):
                    pass  # gone meanwhile

    def core_limit(self):
        """Soft and hard."""
        limits = (self.folder / "limits").read_text(encoding="utf-8").splitlines()
        [line] = [line for line in limits if line.startswith("Max core file size")]
        return line.split()[4:6]


def worker_of(out):
    """The worker of the run into that folder."""
    def find():
        everybody = list(Process.all())
        runs = [int(p.folder.name) for p in everybody if str(out).encode() in p.words]
        found = [p for p in everybody if p.parent in runs and b"worker" in p.words]
        return found[0] if found else None
    return wait_for(find, "a worker")


class Waiting:
    """A run that waits for long after the card was read."""

    def __init__(self, bench, flow, *words):
        scenario = bench.folder / "waits.yaml"
        text = of_hanako(flow(P5), one_row)
        assert NEXT in text
        scenario.write_text(text.replace(NEXT, WAIT + NEXT), encoding="utf-8")
        self.out = bench.new_out()
        argv, env = bench.command("run", scenario, "--out", self.out, "--keep-journals", "--steps",
                                  *words)
        self.said = bench.folder / f"said-{self.out.name}"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *argv], cwd=bench.folder,
                env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)

    def wait_until_it_waits(self):
        wait_for(lambda: "600" in self.said.read_text(encoding="utf-8"), "the long wait")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def test_a_worker_that_crashes_leaves_no_core_file(bench, flow):
    bench.identified()
    bench.serve()
    with Waiting(bench, flow, "--bench", bench.bench_file(), "--lang", "both") as run:
        run.wait_until_it_waits()
        worker = worker_of(run.out)
        assert worker.core_limit() == ["0", "0"]
        os.kill(worker.pid_here, signal.SIGABRT)
        run.process.wait(TIMEOUT_S)
        assert verdicts(run) == ["error"]
    assert not list(bench.folder.rglob("core*"))
    assert bench.found(models=["serve.jsonl"]) == []


def test_the_process_that_collects_results_leaves_no_core_file_either(bench, flow):
    bench.identified()
    bench.serve()
    with Waiting(bench, flow, "--bench", bench.bench_file()) as run:
        run.wait_until_it_waits()
        os.kill(run.process.pid, signal.SIGABRT)
        run.process.wait(TIMEOUT_S)
    assert not list(bench.folder.rglob("core*"))
    assert bench.found(models=["serve.jsonl"]) == []


@pytest.mark.parametrize("release", [True, False])
def test_a_pcscd_that_logs_apdus_is_in_the_report(bench, flow, start, tmp_path, release):
    bench.identified()
    start_pcscd(start, tmp_path, "--apdu")
    bench.serve()
    file = bench.bench_file(release=release)
    done = bench.run(of_hanako(flow(P5), one_row), file, "--lang", "both")
    assert verdicts(done) == ["pass" if release else "none"], done.text
    for report in ("results.json", "report.html", "junit.xml"):
        text = (done.out / report).read_text(encoding="utf-8")
        assert "runs with --apdu" in text and "--apdu で動いており" in text, report
    assert "runs with --apdu" in done.stdout and "--apdu で動いており" in done.stdout
    for command in ("identify", "monitor"):
        words = ("--seconds", "0.3", "--lang", "both", "--bench", file)
        assert "runs with --apdu" in bench.program(command, *words).stderr
    assert bench.found(models=["serve.jsonl"]) == []


def test_a_simulated_card_needs_none_of_it(bench, flow, start, tmp_path):
    bench.identified()
    start_pcscd(start, tmp_path, "--apdu")
    bench.serve()
    done = bench.run(of_hanako(flow(P5), one_row), bench.bench_file(simulated=True))
    assert "--apdu" not in done.stdout
