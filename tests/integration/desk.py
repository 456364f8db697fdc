"""Our readers on an emulated usbfs (tests/usbfs), and a pcscd of our own with libccid on them."""

import os
import pathlib
import re
import socket
import subprocess

from components import PCSCD_SOCKET, SLOWNESS, TIMEOUT_S, Running, component, wait_for

# A reader that libccid lists (Gemalto PC Twin Reader): for tests only, a maker's id is never ours.
LISTED = "08e6:3437"
PLIST = "/etc/libccid_Info.plist"


class Desk:
    """usbfs_host with readers ("clean_tpdu", "clean_tpdu@08e6:3437,serial=S") and cards. `env` is
    what a program needs to see the readers as USB devices of its machine."""

    def __init__(self, start, folder, *readers, cards=("hanako",), options=()):
        self._path = str(pathlib.Path(folder) / "desk.sock")
        words = [word for reader in readers for word in ("--reader", reader)]
        words += [word for card in cards for word in ("--card", card)]
        self.host = start(component("umockdev-wrapper"), _program("USBFS_HOST"), "--data",
                          os.environ["UKETSUKE_DATA"], "--control", self._path, *words, *options,
                          stdin=subprocess.PIPE)
        self.host.says("LD_PRELOAD=")
        said = dict(re.findall(r"(?m)^(UMOCKDEV_DIR|LD_PRELOAD)=(.*)$", self.host.said()))
        self.env = {**said, "USBFS_CONTROL": self._path}

    def __call__(self, line):
        """A line of the control socket (tests/usbfs/main.cpp); what follows "ok"."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(self._path)
            connection.sendall(line.encode() + b"\n")
            answer = connection.makefile().readline().strip()
        assert answer.split()[:1] == ["ok"], f"{line}: {answer}"
        return answer[3:]

    def transfers(self, reader=0):
        """Transfers so far, by pipe: {"control": 3, "out_01": 7, "in_82": 7}."""
        return {name: int(count) for name, count in
                (word.split("=") for word in self(f"count {reader}").split())}

    def unplug(self, reader=0):
        self(f"unplug {reader}")
        wait_for(lambda: self(f"present {reader}") == "no", "unplugging")

    def plug(self, reader=0):
        self(f"plug {reader}")
        wait_for(lambda: self(f"present {reader}") == "yes", "plugging in")


def _program(variable):
    path = os.environ.get(variable)
    assert path and os.access(path, os.X_OK), f"{variable} does not name the program"
    return path


def list_for_libccid(folder, ids, name="uketsuke reader"):
    """Puts VID:PID on libccid's list, for this test's world alone (private.py)."""
    vendor, product = ids.split(":")
    lines, waiting = [], None
    keys = {"ifdVendorID": f"0x{vendor}", "ifdProductID": f"0x{product}", "ifdFriendlyName": name}
    for line in pathlib.Path(PLIST).read_text(encoding="utf-8").splitlines():
        lines.append(line)
        key = re.search(r"<key>(\w+)</key>", line)
        if key:
            waiting = keys.get(key[1])
        elif waiting and "<array>" in line:
            lines.append(f"\t\t<string>{waiting}</string>")
            waiting = None
    plist = pathlib.Path(folder) / "Info.plist"
    plist.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([component("mount"), "--bind", str(plist), PLIST], check=True)


def start_pcscd_for(start, folder, desk, *options):
    """pcscd with libccid on the readers of the desk. Its log has what libccid says."""
    configuration = pathlib.Path(folder) / "no_serial_readers"
    configuration.mkdir(exist_ok=True)
    for left in PCSCD_SOCKET.parent.iterdir():
        left.unlink()
    pcscd = start(component("pcscd"), "--foreground", "--config", configuration, *options,
                  **desk.env)
    wait_for(PCSCD_SOCKET.exists, "pcscd")
    return pcscd


class Probe:
    """pcsc_probe: a PcscRoute that is driven line by line."""

    def __init__(self, start, reader, **settings):
        self.running = start(_program("PCSC_PROBE"), reader,
                             *(f"{name}={value}" for name, value in settings.items()),
                             stdin=subprocess.PIPE)
        self._taken = set()

    def lines(self):
        return self.running.said().splitlines()

    def next(self, *kinds):
        """The first line of one of these kinds that was not returned before: answers and events
        come in no order."""
        def found():
            for number, line in enumerate(self.lines()):
                if number not in self._taken and line.split(" ")[0] in kinds:
                    self._taken.add(number)
                    return line
            return None
        return wait_for(found, f"{kinds} of {self.lines()}")

    def ask(self, line):
        """The answer to a request: the rest of its line after the kind, for what it is."""
        self.running.type(line)
        return self.next("connected", "response", "disconnected", "failed")

    def transmit(self, apdu):
        return self.ask(f"transmit {apdu}").removeprefix("response ")

    def end(self):
        """Milliseconds that the end of the route took."""
        self.running.type("end")
        return int(self.next("ended").split()[1])


__all__ = ["LISTED", "Desk", "Probe", "Running", "SLOWNESS", "list_for_libccid",
           "start_pcscd_for", "wait_for"]
