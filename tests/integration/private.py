"""private.py COMMAND...: the first process of a test in new namespaces (apart.sh). Switches
loopback on and gives the test a /run of its own, so that pcscd (which listens on every address, and
knows one socket below /run only) disturbs nobody.
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack_from("h", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request), 16)[0]
        request = struct.pack("16sh14x", b"lo", flags | IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def main():
    if os.getpid() != 1:
        sys.exit("private.py: start me by apart.sh (tests/integration/CMakeLists.txt)")
    loopback_up()
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    os.mkdir("/run/pcscd")
    # Processes by the numbers that they have here. A container that hides parts of its /proc
    # refuses that; tests that look at processes then say so.
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=False)
    # Not by exec: the first process collects what its children leave behind, and with it all ends.
    sys.exit(subprocess.run(sys.argv[1:]).returncode)


main()
