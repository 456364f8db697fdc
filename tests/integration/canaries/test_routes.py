"""The same behind libusb, and behind pcscd and libccid, on an emulated usbfs: released, unknown to
the bench, refused, and when what is beside the reader dies."""

import signal
import subprocess

import pytest

from components import SLOWNESS
from conftest import P5, PIN, of_hanako, one_row, verdicts

ROUTES = pytest.mark.parametrize("route", ["usb", "pcsc"])


@pytest.fixture
def beside(bench, route):
    """What is between the program and the reader: the bus of the machine, or pcscd."""
    bench.identified()
    return bench.on_usbfs(pcscd=route == "pcsc")


@ROUTES
def test_a_released_card_that_passes(bench, flow, beside, route):
    file = bench.bench_file()
    for scenario in (of_hanako(flow(P5), one_row), of_hanako(flow(PIN))):
        done = bench.run(scenario, file, "--lang", "both")
        assert (done.code, verdicts(done)) == (0, ["pass"]), done.text
        journals = list((done.out / "journal").iterdir())
        assert len(journals) == 1 and b"digest" in journals[0].read_bytes()
    assert bench.found(models=["serve.jsonl"]) == []


@ROUTES
def test_a_card_of_whom_the_bench_knows_nothing(bench, flow, beside, route):
    done = bench.run(of_hanako(flow(PIN)), bench.bench_file(), "--lang", "both", knows=False)
    assert verdicts(done) == ["fail"], done.text
    assert list((done.out / "journal").iterdir())
    assert bench.found(models=["serve.jsonl"]) == []


@ROUTES
def test_a_card_that_is_not_released_is_refused_by_the_guard(bench, flow, beside, route):
    done = bench.run(of_hanako(flow(PIN)), bench.bench_file(release=False), "--lang", "both")
    assert verdicts(done) == ["none"], done.text
    assert list((done.out / "journal").iterdir())
    assert bench.found(models=["serve.jsonl"]) == []


@ROUTES
def test_what_is_beside_the_reader_dies_while_the_card_is_used(bench, flow, beside, route):
    argv, env = bench.command("run", flow(P5), "--bench", bench.bench_file(), "--out",
                              bench.new_out(), "--keep-journals", "--steps")
    with open(bench.folder / "said-broken", "wb") as said, \
            subprocess.Popen(argv, cwd=bench.folder, env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT) as run:
        for line in run.stdout:
            said.write(line)
            if b"places the card" in line and beside.process.poll() is None:
                beside.end(signal.SIGKILL)
        code = run.wait(60 * SLOWNESS)
    assert code in (1, 4), (bench.folder / "said-broken").read_text()
    assert bench.found(models=["serve.jsonl"]) == []
