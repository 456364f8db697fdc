"""The real Linux kernel attaches what `uketsuke serve --usbip` offers; Debian's pcscd, libccid and
opensc-tool use it there. The kernel runs in qemu, without KVM and without anything installed."""

import gzip
import os
import pathlib
import re
import stat
import subprocess

import pytest

from components import SLOWNESS, component

HERE = pathlib.Path(__file__).parent
KERNEL = pathlib.Path(os.environ.get("UKETSUKE_GUEST_KERNEL", "build/linux_guest"))
PLIST = "/etc/libccid_Info.plist"
# In the order in which they need each other.
MODULES = """virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci netfs fscache
9pnet 9pnet_virtio 9p e1000 usb-common usbcore usbip-core vhci-hcd cdc-acm""".split()
GUEST_TIME_S = 150 * SLOWNESS
READERS = ("clean_extended_apdu_contact", "face")
IDS = ((0x1209, 0x0003, "uketsuke contact"), (0x1209, 0x0005, "uketsuke face"))


def newc(path, mode, data=b""):
    """One entry of a cpio archive as the kernel reads it (Documentation/driver-api/early-userspace/
    buffer-format.rst)."""
    name = path.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    pad = lambda block: block + bytes(-len(block) % 4)
    return pad(head) + pad(data)


def plist_with_our_ids():
    """Debian's list of readers with ours in front: libccid knows a reader by its ids only."""
    text = pathlib.Path(PLIST).read_text(encoding="utf-8")
    for key, index in (("ifdVendorID", 0), ("ifdProductID", 1), ("ifdFriendlyName", 2)):
        values = (row[index] if index == 2 else f"0x{row[index]:04X}" for row in IDS)
        added = "".join(f"\n\t\t<string>{value}</string>" for value in values)
        text, count = re.subn(rf"(<key>{key}</key>\s*<array>)", rf"\1{added}", text, count=1)
        assert count == 1, f"{PLIST} has no {key}"
    return text.encode()


def initramfs(path, port):
    guest = {"guest.sh": (HERE / "guest.sh").read_bytes(), "Info.plist": plist_with_our_ids(),
             "settings": f"PORT={port}\n".encode()}
    parts = [newc(name, stat.S_IFDIR | 0o755)
             for name in ("bin", "proc", "sys", "dev", "modules", "guest")]
    parts.append(newc("bin/busybox", stat.S_IFREG | 0o755,
                      pathlib.Path(component("busybox")).read_bytes()))
    parts.append(newc("init", stat.S_IFREG | 0o755, (HERE / "init.sh").read_bytes()))
    parts.append(newc("modules.order", stat.S_IFREG | 0o644, "\n".join(MODULES).encode()))
    parts += [newc(f"modules/{name}.ko", stat.S_IFREG | 0o644,
                   (KERNEL / f"{name}.ko").read_bytes()) for name in MODULES]
    parts += [newc(f"guest/{name}", stat.S_IFREG | 0o644, data) for name, data in guest.items()]
    parts.append(newc("TRAILER!!!", 0))
    path.write_bytes(gzip.compress(b"".join(parts), 1))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Everything the guest did, once: the answers by their names."""
    assert (KERNEL / "complete").exists(), "no kernel for the guest (./dev deps fetches it)"
    for program in ("pcscd", "opensc-tool", "usbip"):
        component(program)
    folder = tmp_path_factory.mktemp("guest")
    with open(folder / "serve.log", "wb") as log:
        options = [word for name in READERS for word in ("--reader", name)]
        server = subprocess.Popen([os.environ["UKETSUKE"], "serve", "--usbip", "127.0.0.1:0",
                                   "--place", "hanako", *options],
                                  stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        port = server.stdout.readline().rsplit(":", 1)[1].strip()
        initramfs(folder / "initramfs.gz", port)
        command = [component("qemu-system-x86_64"), "-accel", "tcg,thread=multi", "-smp", "2",
                   "-m", "512", "-nodefaults", "-nographic", "-serial", "stdio", "-no-reboot",
                   "-kernel", KERNEL / "vmlinuz", "-initrd", folder / "initramfs.gz",
                   "-append", "console=ttyS0 quiet panic=-1",
                   "-netdev", "user,id=n0", "-device", "e1000,netdev=n0,romfile=", "-virtfs",
                   "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=GUEST_TIME_S)
        text = run.stdout.decode(errors="replace").replace("\r", "")
        (folder / "guest.log").write_text(text, encoding="utf-8")
        parts = re.findall(r"^=== (?!end)(.*)\n((?:.*\n)*?)=== end (\d+)$", text, re.M)
        assert parts, text[-4000:]
        yield {name: (answer, int(code)) for name, answer, code in parts}
    finally:
        server.terminate()
        assert server.wait(20) == 0


def answer(said, name):
    assert name in said, f"no {name}; there were {list(said)}"
    text, code = said[name]
    assert code == 0, f"{name}: exit {code}: {text}"
    return text


def test_usbip_tool_lists_both_readers(said):
    text = answer(said, "list")
    assert "(1209:0003)" in text and "(1209:0005)" in text


def test_kernel_enumerates_the_readers_and_binds_its_serial_driver(said):
    text = answer(said, "kernel")
    assert text.count("idVendor=1209, idProduct=0003") == 2  # attached twice
    assert "idVendor=1209, idProduct=0005" in text
    assert "Product: uketsuke extended APDU reader" in text
    assert re.search(r"cdc_acm \S+: ttyACM0: USB ACM device", text)
    for trouble in ("Oops", "BUG:", "descriptor read", "unable to read", "set config",
                    "invalid maxpacket"):
        assert trouble not in text


@pytest.mark.parametrize("life", ["first", "second"])
def test_pcscd_and_opensc_use_the_card_in_the_reader(said, life):
    readers = answer(said, f"{life} readers")
    assert "uketsuke contact" in readers and "Yes" in readers
    assert answer(said, f"{life} atr").lower().startswith("3b:")
    apdu = answer(said, f"{life} apdu")
    assert "Received (SW1=0x90, SW2=0x00)" in apdu


def test_reader_leaves_the_kernel_and_comes_back(said):
    assert "detached" in answer(said, "detach").lower() or said["detach"][1] == 0
    answer(said, "attach")
    answer(said, "attach-again")
    port = answer(said, "port")
    assert port.count("Port in Use") == 2


def test_face_reader_is_a_reader_for_pcscd_too(said):
    assert "uketsuke face" in answer(said, "second readers")
