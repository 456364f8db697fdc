"""`uketsuke serve --usbip` as its users see it, with Debian's usbip tool and a client of ours."""

import json
import os
import pathlib
import signal
import sys

from components import wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from usbip_rate import GET_DEVICE, SET_CONFIGURATION, Client, slot_status  # noqa: E402

UKETSUKE = os.environ["UKETSUKE"]
READER = "clean_extended_apdu_contact"


def serve(start, *options):
    server = start(UKETSUKE, "serve", "--usbip", "127.0.0.1:0", *options)
    server.says("attach from Linux")
    return server, int(server.said().splitlines()[0].rsplit(":", 1)[1])


def listed(run, port):
    return run("usbip", "--tcp-port", port, "list", "-r", "127.0.0.1").stdout


def size(server):
    """Descriptors, threads, resident pages."""
    proc = pathlib.Path(f"/proc/{server.process.pid}")
    return (len(list((proc / "fd").iterdir())), len(list((proc / "task").iterdir())),
            int((proc / "statm").read_text().split()[1]))


def test_what_is_offered_is_said_and_listed_by_debians_tool(start, run):
    server, port = serve(start, "--reader", READER, "--reader", "face")
    lines = server.said().splitlines()
    assert lines[0] == f"usbip: 127.0.0.1:{port}"
    assert lines[1].startswith(f"reader: 1-1 1209:0003 {READER} ")
    assert lines[2].startswith("reader: 1-2 1209:0005 face_reader ")
    assert f"usbip --tcp-port {port} attach -r 127.0.0.1 -b 1-1" in server.said()
    wait_for(lambda: listed(run, port).count("1209:") == 2, "both readers in the list")
    assert "Chip/SmartCard" in listed(run, port)
    assert server.end() == 0


def test_on_every_address_it_is_said_what_to_put_for_it(start):
    server = start(os.environ["UKETSUKE"], "serve", "--usbip", "0.0.0.0:0", "--reader", READER,
                   "--hands", "0")
    server.says("hands:")
    assert "attach -r ADDRESS -b 1-1" in server.said()
    assert "ADDRESS is this machine's address" in server.said()
    assert "attach -r 0.0.0.0" not in server.said()
    assert server.end() == 0


def test_it_ends_with_an_interrupt_while_somebody_uses_a_reader(start):
    server, port = serve(start, "--reader", READER)
    client = Client(port)
    assert client.transfer(0, 18, setup=GET_DEVICE)[:2] == b"\x12\x01"
    assert server.end(signal.SIGINT) == 0


def test_it_does_not_grow_while_it_is_used(start, tmp_path):
    server, port = serve(start, "--reader", READER, "--place", "hanako", "--journal", "j.jsonl")
    size_at_rest = size(server)[:2]
    sizes = []
    for _ in range(21):
        client = Client(port)
        client.transfer(0, 0, setup=SET_CONFIGURATION)
        for _ in range(200):
            slot_status(client)
        client.socket.close()
        sizes.append(size(server))
    # The end of a connection takes a moment: what stays is what counts.
    wait_for(lambda: size(server)[:2] <= size_at_rest, "the end of the connections")
    last = sizes[-1]
    assert last[2] - sizes[1][2] < 512  # pages
    assert server.end() == 0
    records = [json.loads(line) for line in (tmp_path / "j.jsonl").read_text().splitlines()]
    asked = [r for r in records if r.get("pipe") == "ccid bulk-out"]
    assert len(asked) == 21 * 200
    assert all("GetSlotStatus" in r["decoded"] for r in asked)


def test_what_cannot_be_served_is_refused_with_what_to_do(start, run):
    def said(*options):
        done = run(UKETSUKE, "serve", *options)
        return done.returncode, done.stderr
    assert said()[0] == 5
    code, text = said("--usbip", "0", "--reader", "sony_rc_s300")
    assert code == 5 and "--maker-ids" in text
    code, text = said("--usbip", "0", "--reader", "clean_extended_apdu_kontact")
    assert code == 5 and READER in text  # did you mean
    code, text = said("--usbip", "0", "--cards", "hanakoo")
    assert code == 5 and "hanako?" in text
    code, text = said("--usbip", "127.0.0.1:x")
    assert code == 5 and "127.0.0.1:x" in text
    _, port = serve(start, "--reader", READER)
    code, text = said("--usbip", f"127.0.0.1:{port}")
    assert code == 4 and f"127.0.0.1:{port}" in text
