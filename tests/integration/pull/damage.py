"""What a hostile USB/IP peer makes of a message. Linux kernel,
Documentation/usb/usbip_protocol.rst:
headers of 48 bytes, big-endian: command 0, seqnum 4, devid 8, direction 12, ep 16; CMD_SUBMIT:
flags 20, length 24, start 28, packets 32; RET_SUBMIT: status 20, actual length 24, packets 32."""

import struct

HEADER = 48
CMD_UNLINK = 2


def put(offset, value):
    def change(message):
        return message[:offset] + struct.pack(">I", value & 0xFFFFFFFF) + message[offset + 4:]
    return change


def unlink_storm(message):
    seqnum, devid = struct.unpack(">II", message[4:12])
    storm = b"".join(
        struct.pack(">IIIIII", CMD_UNLINK, 0x10000 + i, devid, 0, 0, seqnum - i % 3).ljust(
            HEADER, b"\0") for i in range(2000))
    return message + storm


ANY = {
    "another command": put(0, 9),
    "a request from the answering side": put(0, 2),
    "zeros": lambda message: bytes(len(message)),
    "a flood of zeros": lambda message: message + bytes(4 << 20),
    "a flood of ones": lambda message: message + b"\xff" * (4 << 20),
    "a flood of the same": lambda message: message * 2000,
    "half a header": lambda message: message[:HEADER // 2],
    "a header and no data": lambda message: message[:HEADER],
    "nothing": lambda message: b"",
    "twice": lambda message: message * 2,
    "with bytes before": lambda message: b"\0" * 7 + message,
    "another sequence number": put(4, 0x7FFFFFF0),
    "sequence number 0": put(4, 0),
}
TO_CLIENT = {
    **ANY,
    "more than was asked for": put(24, 0x100000),
    "the greatest length": put(24, 0x7FFFFFFF),
    "a negative length": put(24, -1),
    "many packets": put(32, 0x7FFFFFFF),
    "a negative number of packets": put(32, -2),
    "a status that nobody knows": put(20, -12345),
    "a positive status": put(20, 110),
    "the smallest status": put(20, 0x80000000),
    "a stall": put(20, -32),
}
TO_SERVER = {
    **ANY,
    "the greatest length": put(24, 0x7FFFFFFF),
    "a negative length": put(24, -1),
    "many packets": put(32, 0x7FFFFFFF),
    "a negative number of packets": put(32, -2),
    "another device": put(8, 0xFFFF),
    "direction 7": put(12, 7),
    "endpoint 99": put(16, 99),
    "endpoint 9": put(16, 9),
    "all flags": put(20, -1),
    "unlink storm": unlink_storm,
}


def faults():
    """As pull.FAULTS: {"to client: twice": (pull, mend)}."""
    found = {}
    for receiver, changes in (("client", TO_CLIENT), ("server", TO_SERVER)):
        for name, change in changes.items():
            found[f"to {receiver}: {name}"] = (
                lambda served, r=receiver, c=change: served.usb.damage(r, c),
                lambda served: served.usb.restore())
    return found
