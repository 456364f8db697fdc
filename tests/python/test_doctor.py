"""`uketsuke doctor` with a system that the test builds (--root, which nobody else needs)."""

import json
import os

import pytest

from conftest import FAIL, PASS, USAGE


class System:
    """A machine on which everything is in order, and what the tests plant in it."""

    def __init__(self, folder):
        self.root = folder / "root"
        for name in ("busnum 1", "devnum 17", "idVendor 1209", "idProduct 0001",
                     "bcdDevice 0102", "serial UKETSUKE0001", "bDeviceClass 00",
                     "power/control on"):
            self.write("sys/bus/usb/devices/1-4/" + name.split()[0], name.split()[1] + "\n")
        self.write("sys/bus/usb/devices/1-4:1.0/bInterfaceNumber", "00\n")
        self.write("sys/bus/usb/devices/1-4:1.0/bInterfaceClass", "0b\n")
        self.node = self.write("dev/bus/usb/001/017", "")
        self.node.chmod(0o666)
        self.status(4242)
        self.write("etc/passwd", "nurse:x:4242:4242::/:/bin/sh\n")
        self.write("etc/timezone", "Asia/Tokyo\n")
        self.write("run/systemd/timesync/synchronized", "")
        self.write("usr/sbin/pcscd", "")
        self.write("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n"
                   "0: 2 0 00010000 0001 01 12 /run/pcscd/pcscd.comm\n")
        self.plist("0x1209", "0x0001")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def link(self, name, target):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def status(self, user):
        self.write("proc/self/status", f"Uid:\t{user}\t{user}\t{user}\t{user}\nGroups:\t\n")

    def plist(self, vendor, product):
        arrays = "".join(f"<key>{key}</key><array><string>{value}</string></array>"
                         for key, value in (("ifdVendorID", vendor), ("ifdProductID", product)))
        self.write("etc/libccid_Info.plist", f"<plist><dict>{arrays}</dict></plist>")

    def process(self, pid, name, *arguments, opened=None):
        self.write(f"proc/{pid}/comm", name + "\n")
        self.write(f"proc/{pid}/cmdline", "".join(a + "\0" for a in (name, *arguments)))
        if opened:
            self.link(f"proc/{pid}/fd/9", opened)


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


@pytest.fixture
def doctor(program, system):
    def run(*options, env=None):
        env = {"LANG": "ja_JP.UTF-8", "TZ": "", **(env or {})}
        return program("doctor", "--root", system.root, *options, env=env)
    return run


def findings(done):
    return [(f["id"], f["severity"]) for f in json.loads(done.stdout)["findings"]]


def test_where_all_is_in_order_it_says_so(doctor):
    done = doctor()
    assert (done.returncode, done.stderr) == (PASS, "")
    assert done.stdout.startswith("妨げになるものは見つかりませんでした")
    assert doctor("--lang", "en").stdout.startswith("nothing found that is in the way")
    assert findings(doctor("--json")) == []


def test_what_is_only_worth_knowing_leaves_the_exit_code_alone(doctor, system):
    system.write("etc/timezone", "Etc/UTC\n")
    done = doctor("--json")
    assert done.returncode == PASS
    assert findings(done) == [("timezone", "info")]


def test_everything_planted_at_once_is_told_with_remedies(doctor, system):
    system.node.chmod(0o644)
    system.process(77, "pcscd", "--apdu", opened="/dev/bus/usb/001/017")
    system.write("sys/bus/usb/devices/1-4:1.1/bInterfaceNumber", "01\n")
    system.link("sys/bus/usb/devices/1-4:1.1/driver", "../../bus/usb/drivers/cdc_acm")
    system.write("sys/bus/usb/devices/1-4/power/control", "auto\n")
    for name in os.listdir(system.root / "sys/bus/usb/devices/1-4"):
        if name != "power":
            text = (system.root / "sys/bus/usb/devices/1-4" / name).read_text()
            system.write("sys/bus/usb/devices/1-5/" + name, text.replace("17", "18"))
    system.plist("0x072F", "0x90CC")
    system.write("proc/net/unix", "")
    system.write("sys/class/dmi/id/sys_vendor", "QEMU\n")
    system.write("etc/group", "plugdev:x:46:\n")
    (system.root / "run/systemd/timesync/synchronized").unlink()
    done = doctor("--json", env={"LANG": "ja_JP.eucJP"})
    assert done.returncode == FAIL
    assert findings(done) == [
        ("usb-permission", "problem"), ("pcscd-socket-missing", "problem"),
        ("pcscd-logs-apdus", "problem"), ("reader-held-by-pcscd", "warning"),
        ("equal-readers", "warning"), ("reader-not-in-ccid-list", "warning"),
        ("clock-not-synchronized", "warning"), ("locale-not-utf8", "warning"),
        ("not-in-plugdev", "info"), ("kernel-driver-bound", "info"), ("usb-autosuspend", "info"),
        ("virtual-machine", "info")]
    for finding in json.loads(done.stdout)["findings"]:
        for part in ("what", "remedy"):
            assert finding[part]["ja"] and finding[part]["en"]
    words = doctor()
    assert "問題  usb-permission  1-4 1209:0001 UKETSUKE0001" in words.stdout
    assert 'ATTR{idVendor}=="1209", ATTR{idProduct}=="0001", TAG+="uaccess"' in words.stdout
    assert "問題 3 件" in words.stdout


def test_a_device_that_is_named_has_to_be_there(doctor):
    done = doctor("--device", "054C:0dc8", "--json")
    assert (done.returncode, findings(done)) == (FAIL, [("device-not-there", "problem")])
    assert doctor("--device", "1209:0001").returncode == PASS


@pytest.mark.parametrize("text", ["1209", "1209:1", "1209-0001", "1209:000g", "12:09:0001"])
def test_a_device_that_is_none_is_a_mistake_of_usage(doctor, text):
    done = doctor("--device=" + text, "--lang", "en")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "VID:PID" in done.stderr


def test_a_machine_without_anything_is_told_and_the_real_one_can_be_looked_at(program, tmp_path):
    (tmp_path / "empty").mkdir()
    done = program("doctor", "--root", tmp_path / "empty", "--lang", "en")
    assert done.returncode == FAIL
    assert "problem  no-usb" in done.stdout
    assert "warning  no-pcscd" in done.stdout
    assert program("doctor").returncode in (PASS, FAIL)


def test_the_hidden_option_is_not_in_the_help(program):
    assert "--root" not in program("doctor", "--help").stdout
