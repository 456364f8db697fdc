"""APDUs a second of our card in a real pcscd (vpcd). Started by bench.py in a world of its own."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import winscard  # noqa: E402

ROUNDS, APDUS = 5, 5000
SELECT, READ = "00a4040c0ad392f000260100000001", bytes.fromhex("00b0000010")


def connected():
    until = time.monotonic() + 20
    while True:
        try:
            return winscard.Card()
        except winscard.Error:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def measure(card):
    """APDUs a second, the best of some rounds and the worst."""
    card.transmit(SELECT)
    card.transmit("00a4020c02000a")
    rates = []
    for _ in range(ROUNDS):
        begin = time.monotonic()
        for _ in range(APDUS):
            if len(card.transmit(READ)) != 18:
                raise SystemExit("vpcd_rate: a response is wrong")
        rates.append(APDUS / (time.monotonic() - begin))
    return max(rates), min(rates)


def main():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy("/etc/reader.conf.d/vpcd", folder)
        path = os.environ.get("PATH", "") + ":/usr/sbin"
        programs = []
        try:
            programs.append(subprocess.Popen(
                [shutil.which("pcscd", path=path), "--foreground", "--config", folder],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            programs.append(subprocess.Popen(
                [sys.argv[1], "serve", "--vpcd"], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL))
            card = connected()
            best, worst = measure(card)
            card.close()
            print(f"{best:.0f} {worst:.0f}")
        finally:
            for program in reversed(programs):
                program.send_signal(signal.SIGTERM)
                program.wait()


main()
