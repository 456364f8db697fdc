"""What tests with real components use: programs that are found, started and ended."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

SLOWNESS = int(os.environ.get("UKETSUKE_SLOWNESS", "1"))
TIMEOUT_S = 20 * SLOWNESS
VPCD_CONFIGURATION = "/etc/reader.conf.d/vpcd"  # of Debian's vsmartcard-vpcd
PCSCD_SOCKET = pathlib.Path("/run/pcscd/pcscd.comm")


def wait_for(condition, what="it"):
    """The first true answer of condition(); fails if there is none in time."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    pytest.fail(f"{what} did not happen in time")


def component(name):
    """Path of a program that this test cannot do without."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert path, f"{name} is not installed (./dev deps)"
    return path


def environment(folder, **more):
    clean = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES")}
    # A device is locked below XDG_RUNTIME_DIR: other tests have one of the same name.
    return {**clean, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8",
            **more}


class Running:
    """A program that runs beside the test; what it says is collected in a file."""

    def __init__(self, folder, *command, stdin=subprocess.DEVNULL, **env):
        self.log = folder / f"{pathlib.Path(command[0]).name}-{time.monotonic_ns()}.log"
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(command, stdin=stdin, stdout=out, cwd=folder,
                                            stderr=subprocess.STDOUT,
                                            env=environment(folder, **env))

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def says(self, words, times=1):
        def heard():
            assert self.process.poll() is None or self.said().count(words) >= times, self.said()
            return self.said().count(words) >= times
        wait_for(heard, f"{words!r} ({self.log.name})")

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail(f"{self.log.name}: still there after signal {number}: {self.said()}")


def start_pcscd(start, tmp_path, *options):
    """pcscd with the virtual reader of Debian's vpcd and nothing else configured."""
    configuration = tmp_path / "reader.conf.d"
    configuration.mkdir(exist_ok=True)
    assert os.path.exists(VPCD_CONFIGURATION), "vsmartcard-vpcd is not installed (./dev deps)"
    shutil.copy(VPCD_CONFIGURATION, configuration)
    for left in PCSCD_SOCKET.parent.iterdir():
        left.unlink()
    pcscd = start(component("pcscd"), "--foreground", "--config", configuration, *options)
    wait_for(PCSCD_SOCKET.exists, "pcscd")
    return pcscd
