"""APDUs a second and transfers of the bench's own CCID driver over libusb, against those of pcscd
and libccid on the same reader behind an emulated usbfs, in turns. In a world of its own
(tests/integration/private.py). usb_rate.py FOLDER-OF-PROGRAMS [APDUS [ROUNDS]]: prints JSON."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
import components  # noqa: E402
from desk import LISTED, Desk, start_pcscd_for  # noqa: E402

READ = "00b0000010"  # after SELECT of JPKI: answered at once


class Bench:
    def __init__(self, programs, folder):
        self._programs, self._folder = pathlib.Path(programs).resolve(), pathlib.Path(folder)
        self._running = []
        os.environ["USBFS_HOST"] = str(self._programs / "tests/usbfs/usbfs_host")
        os.environ.setdefault("UKETSUKE_DATA", str(ROOT / "scenarios"))
        # Faster than time, so that the drivers are measured and not the card's 9,600 bit/s.
        self.desk = Desk(self._start, folder, f"clean_tpdu@{LISTED}", options=("--speed", "200"))

    def _start(self, *command, **options):
        self._running.append(components.Running(self._folder, *map(str, command), **options))
        return self._running[-1]

    def close(self):
        for program in reversed(self._running):
            program.process.kill()
            program.process.wait()

    def _rate(self, name, *arguments):
        done = subprocess.run([self._programs / "tests/bench" / name, *map(str, arguments)],
                              env={**os.environ, **self.desk.env}, stdout=subprocess.PIPE,
                              text=True, timeout=120, check=True)
        return float(done.stdout)

    def libusb(self, count):
        return self._rate("libusb_rate", f"usb:{LISTED}", count, READ)

    def pcsc(self, count):
        """pcscd holds the reader as long as it runs."""
        pcscd = start_pcscd_for(self._start, self._folder, self.desk)
        try:
            return self._rate("pcsc_rate", count, READ)
        finally:
            pcscd.end(signal.SIGTERM)

    def transfers(self, route, few=10, many=60):
        """Transfers for each APDU: what more APDUs cost, without what a session costs."""
        used = []
        for count in (few, many):
            before = sum(self.desk.transfers().values())
            route(count)
            used.append(sum(self.desk.transfers().values()) - before)
        return (used[1] - used[0]) / (many - few)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        try:
            figures = {"libusb": [], "pcsc": []}
            for _ in range(rounds):
                figures["pcsc"].append(bench.pcsc(count))
                figures["libusb"].append(bench.libusb(count))
            figures["libusb_transfers"] = bench.transfers(bench.libusb)
            figures["pcsc_transfers"] = bench.transfers(bench.pcsc)
        finally:
            bench.close()
    figures["ratio"] = max(figures["libusb"]) / max(figures["pcsc"])
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
