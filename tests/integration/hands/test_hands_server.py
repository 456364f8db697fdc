"""The hands port of a desk (`serve --hands`) and its client (`hands:HOST:PORT`)."""
import json
import os
import random
import socket
import subprocess

import pytest
from probe import LIMIT, Probe

HELLO = {"jsonrpc": "2.0", "id": 0, "method": "hello", "params": {"protocol": 1, "name": "test"}}


@pytest.fixture(name="address")
def running_desk():
    desk = subprocess.Popen([os.environ["HANDS_DESK"], "0"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    try:
        yield desk.stdout.readline().strip()
        desk.stdin.close()
        assert desk.wait(LIMIT) == 0
    finally:
        if desk.poll() is None:
            desk.kill()
            desk.wait()
        desk.stdout.close()


class Raw:
    """A client by hand."""

    def __init__(self, address, hello=True):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=LIMIT)
        self.file = self.socket.makefile("rb")
        self.lines = 0
        if hello:
            self.send(HELLO)
            self.welcome = self.receive()

    def send(self, message):
        self.send_raw(json.dumps(message).encode() + b"\n")

    def send_raw(self, data):
        self.socket.sendall(data)

    def receive(self):
        line = self.file.readline()
        return json.loads(line) if line else None

    def press(self, number, control):
        self.send({"jsonrpc": "2.0", "id": number, "method": "press",
                   "params": {"control": control}})

    def answer(self, number):
        while True:
            message = self.receive()
            assert message is not None
            if message.get("id") == number:
                return message

    def closed(self):
        """Reads until the server has closed the connection."""
        try:
            while self.file.readline():
                self.lines += 1
        except ConnectionResetError:
            pass
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()


def still_works(address):
    with Raw(address) as raw:
        raw.press(1, "initial")
        assert raw.answer(1)["result"] == {"by": "served reader"}


def test_deeds_reach_the_desk_and_its_panel_comes_back(address):
    with Probe("tcp", address) as probe:
        probe.wait_for("shown initial")
        probe.ask(1, "press", control="passcode_entry")
        probe.wait_for("shown passcode_entry")
        assert probe.wait_for("attested 1") == f"attested 1 served reader (hands:{address})"
        probe.ask(2, "remove")
        assert "カードがない" in probe.wait_for("missed 2 not_possible")
        probe.ask(3, "place", card="hanako")
        probe.wait_for("attested 3")
        probe.ask(4, "compare", match=True)
        probe.wait_for("missed 4 unknown")
        probe.end()


def test_a_request_may_name_its_reader(address):
    with Probe("tcp", address, "generic") as generic, Probe("tcp", address) as face:
        generic.ask(1, "place", card="hanako")
        generic.wait_for("attested 1")
        generic.ask(2, "press", control="a")  # it has no panel
        generic.wait_for("missed 2 unknown")
        face.ask(1, "place", card="taro")
        face.wait_for("attested 1")
        face.ask(2, "press", control="pad")
        face.wait_for("shown pad")
        generic.wait_for("pad true")
        assert not any(line.startswith("pad") for line in face.end())
        assert not any(line.startswith("shown") for line in generic.end())
    with Probe("tcp", address, "nobody") as probe:
        assert "there are: face_reader, generic" in probe.wait_for("failed hands")
        probe.end()


def test_whoever_connects_later_sees_what_is_shown_at_once(address):
    with Raw(address) as first:
        first.press(1, "card_wait")
        first.press(2, "pad")
        first.answer(2)
        with Raw(address) as later:
            shown = later.receive()
            assert (shown["method"], shown["params"]["screen"]) == ("show", "pad")
            assert shown["params"]["reader"] == "face_reader"
            asks = later.receive()
            assert (asks["method"], asks["params"]["reader"]) == ("pad_asks", "generic")
            later.press(1, "initial")
            later.answer(1)
        message = first.receive()
        while message.get("params", {}).get("screen") != "initial":
            message = first.receive()
        assert "918273" not in json.dumps(message)


def test_nothing_before_hello(address):
    with Raw(address, hello=False) as raw:
        raw.press(1, "initial")
        assert raw.answer(1)["error"]["code"] == -32600
    with Raw(address, hello=False) as silent:
        assert silent.closed()
    still_works(address)


@pytest.mark.parametrize("line, code", [
    (b"press staff_button", -32700),
    (b"\xff\xfe", -32700),
    (b"[" * 1000, -32700),
    (b"[]", -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"dance"}', -32601),
    (b'{"jsonrpc":"2.0","id":1,"method":"card.connect","params":{"slot":0}}', -32601),
    (b'{"jsonrpc":"2.0","id":1,"method":"press","params":{"control":1}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"press","params":{"control":"a","reader":"b"}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"result":{"by":"x"}}', -32600),
    (json.dumps(HELLO).encode(), -32600),
])
def test_wrong_lines_are_answered_and_ten_of_them_end_the_connection(address, line, code):
    with Raw(address) as raw:
        for _ in range(10):
            raw.send_raw(line + b"\n")
        codes = []
        while (message := raw.receive()) is not None:
            if "error" in message:
                codes.append(message["error"]["code"])
        assert codes == [code] * 10
    still_works(address)


def test_a_line_without_end_ends_the_connection(address):
    with Raw(address) as raw:
        try:
            for _ in range(100):
                raw.send_raw(b"x" * 65536)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert raw.closed()
    still_works(address)


def test_half_lines_and_half_clients_harm_nobody(address):
    random.seed(4)
    line = json.dumps(HELLO).encode() + b"\n"
    for _ in range(50):
        with Raw(address, hello=False) as raw:
            raw.send_raw(line[:random.randrange(len(line))])
    still_works(address)


def test_too_many_open_requests_of_a_client_are_refused(address):
    with Raw(address) as raw:
        for number in range(1, 70):
            raw.press(number, "never")
        assert raw.answer(65)["error"]["code"] == 1
        raw.press(1, "never")
        assert raw.answer(1)["error"]["code"] == -32600
    still_works(address)


def test_more_clients_than_allowed_are_sent_away(address):
    clients = [Raw(address) for _ in range(8)]
    with Raw(address, hello=False) as ninth:
        assert ninth.receive()["error"]["message"] == "too many clients"
        assert ninth.closed()
    for client in clients:
        client.__exit__()
    still_works(address)


def test_a_client_that_never_reads_is_sent_away_and_delays_nobody(address):
    with Raw(address) as deaf, Raw(address) as other:
        for number in range(40):  # more than what the system keeps for the deaf one
            other.press(number, "flood")
            assert other.answer(number)["result"] == {"by": "served reader"}
        assert deaf.closed()  # in the middle of what it was to be sent
        assert deaf.lines < 40 * 2000


def test_the_client_fails_when_the_server_goes():
    desk = subprocess.Popen([os.environ["HANDS_DESK"], "0"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    try:
        with Probe("tcp", desk.stdout.readline().strip()) as probe:
            probe.wait_for("shown initial")
            probe.ask(1, "press", control="never")
            desk.kill()
            assert "the connection was closed" in probe.wait_for("failed hands")
            probe.wait_for("missed 1 not_possible")
            probe.end()
    finally:
        desk.kill()
        desk.wait()
        desk.stdin.close()
        desk.stdout.close()


def test_a_server_that_is_not_there_or_says_nothing_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        with Probe("tcp", address, hello_ms=200, deed_ms=200) as probe:
            assert "did not answer 'hello'" in probe.wait_for("failed hands")
            probe.end()
    with Probe("tcp", address) as probe:
        assert "cannot connect (Connection refused)" in probe.wait_for("failed hands")
        probe.end()


def test_other_machines_need_to_be_allowed():
    with Probe("tcp", "192.0.2.1:3500") as probe:
        assert "only where they were allowed" in probe.wait_for("failed hands")
        probe.end()
    done = subprocess.run([os.environ["HANDS_DESK"], "0.0.0.0:0"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 4 and "only where that was allowed" in done.stdout


def test_a_port_that_is_taken_is_told(address):
    done = subprocess.run([os.environ["HANDS_DESK"], address], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 4 and "Address already in use" in done.stdout
