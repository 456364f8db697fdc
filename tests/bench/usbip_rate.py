"""USB/IP round trips a second on loopback: a small client here, `uketsuke serve --usbip` there.

A round trip is one command and its answer: a control transfer (GET_DESCRIPTOR DEVICE, 18 bytes),
and, apart, half of GetSlotStatus (an OUT and an IN transfer are two).
"""
import pathlib
import socket
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "uketsuke"
READER = "clean_extended_apdu_contact"
BULK_OUT, BULK_IN = 1, 2
GET_DEVICE = bytes.fromhex("8006000100001200")
SET_CONFIGURATION = bytes.fromhex("0009010000000000")
GET_SLOT_STATUS = bytes.fromhex("65000000000001000000")
SUBMIT = struct.Struct(">IIIIIIiIII8s")
ANSWER = struct.Struct(">IIIIIiiIII8x")


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.seqnum = 0
        self.socket.sendall(struct.pack(">HHI32s", 0x0111, 0x8003, 0, b"1-1"))
        status = struct.unpack(">I", self.receive(8)[4:])[0]
        if status != 0:
            raise SystemExit(f"bench: import refused: {status}")
        busnum, devnum = struct.unpack(">II", self.receive(312)[288:296])
        self.devid = busnum << 16 | devnum

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise SystemExit("bench: the server has gone")
            data += part
        return data

    def transfer(self, endpoint, length, data=b"", setup=bytes(8)):
        self.seqnum += 1
        into = 0 if data or not length else 1
        self.socket.sendall(SUBMIT.pack(1, self.seqnum, self.devid, into, endpoint, 0,
                                        len(data) or length, 0, 0, 0, setup) + data)
        _, seqnum, _, _, _, status, actual, _, _, _ = ANSWER.unpack(self.receive(48))
        if seqnum != self.seqnum or status != 0:
            raise SystemExit(f"bench: answer {seqnum} with status {status}")
        return self.receive(actual) if into else b""


def rate(count, step):
    begin = time.monotonic()
    for _ in range(count):
        step()
    return count / (time.monotonic() - begin)


def slot_status(client):
    client.transfer(BULK_OUT, 0, GET_SLOT_STATUS)
    assert client.transfer(BULK_IN, 512)[0] == 0x81


def usbip_rate(count=20_000):
    server = subprocess.Popen([str(PROGRAM), "serve", "--usbip", "127.0.0.1:0", "--reader", READER],
                              stdout=subprocess.PIPE, text=True)
    try:
        client = Client(int(server.stdout.readline().rsplit(":", 1)[1]))
        control = rate(count, lambda: client.transfer(0, 18, setup=GET_DEVICE))
        client.transfer(0, 0, setup=SET_CONFIGURATION)
        pairs = rate(count // 2, lambda: slot_status(client))
    finally:
        server.terminate()
        server.wait()
    print(f"USB/IP on loopback: {control:.0f} control transfers a second, {2 * pairs:.0f} bulk "
          f"transfers a second (GetSlotStatus: {pairs:.0f})")


if __name__ == "__main__":
    usbip_rate()
