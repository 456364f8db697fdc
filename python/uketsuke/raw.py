"""The reader beside the terminal's driver: USB transfers, CCID messages, APDUs.

Simulated time passes while an answer is waited for, up to `within` seconds (with a bound reader as
long by the wall clock). What does not end well is a TransferError with what the wire, the reader or
the card said. Where the reader is bound to a real one, all of it passes the guard, as everything
does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TYPE_CHECKING, TypeVar

from uketsuke import _core, arguments, roles
from uketsuke.arguments import data, number, seconds, wrong
from uketsuke.errors import ArgumentError, Error, TransferError

if TYPE_CHECKING:
    from uketsuke.bench import Bench

_WITHIN_S = 10.0
_BYTE, _WORD, _LONG = 0xFF, 0xFFFF, 0xFFFFFFFF
_IN = 0x80  # bmRequestType, bit 7: device to host


_Told = TypeVar("_Told")


def _ask(bench: Bench, call: Callable[..., _Told], *arguments: object) -> _Told:
    """A case whose simulated time is used up is inconclusive, whatever came back."""
    place = bench._place()
    try:
        told = call(bench._core, *arguments, *place)
    except TransferError:
        bench._within_limits()
        raise
    except Error as error:
        if not error.file:
            error.file, error.line = place
        raise
    bench._within_limits()
    return told


class _Way:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def _ask(self, call: Callable[..., _Told], *arguments: object) -> _Told:
        return _ask(self._bench, call, *arguments)


class Usb(_Way):
    """The reader's USB port. The terminal's drivers go on beside it."""

    def control(self, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
                data_or_length: bytes | int = 0, *, within: float = _WITHIN_S) -> bytes:
        """A control request: with the length to read (bit 7 of bmRequestType is set), or with the
        data to write. The result: what came back, empty for what was written."""
        reads = bool(number("bmRequestType", bmRequestType, _BYTE) & _IN)
        if isinstance(data_or_length, int):
            written, length = b"", number("wLength", data_or_length, _WORD)
            if length and not reads:
                raise wrong("書き込む要求には長さではなくデータを指定してください",
                            "a request that writes wants data, not a length")
        else:
            written = data("data_or_length", data_or_length)
            length = number("wLength", len(written), _WORD)
            if reads:
                raise wrong("読み出す要求にはデータではなく長さを指定してください",
                            "a request that reads wants a length, not data")
        return self._ask(_core.usb_control, bmRequestType, number("bRequest", bRequest, _BYTE),
                         number("wValue", wValue, _WORD), number("wIndex", wIndex, _WORD), written,
                         length, seconds(within))

    def bulk_out(self, endpoint: int, data: bytes, *, within: float = _WITHIN_S) -> int:
        """Sends data to a bulk OUT endpoint. The result: how many bytes the device took."""
        return self._ask(_core.usb_out, number("endpoint", endpoint, _BYTE),
                         arguments.data("data", data), seconds(within))

    def bulk_in(self, endpoint: int, length: int, *, within: float = _WITHIN_S) -> bytes:
        """Reads from a bulk IN endpoint. Where the terminal's driver reads already, it is served
        first."""
        return self._in(endpoint, length, False, within)

    def interrupt_in(self, endpoint: int, length: int = 64, *, within: float = _WITHIN_S) -> bytes:
        """The next message of an interrupt IN endpoint; the terminal's driver gets it, too."""
        return self._in(endpoint, length, True, within)

    def _in(self, endpoint: int, length: int, interrupt: bool, within: float) -> bytes:
        return self._ask(_core.usb_in, number("endpoint", endpoint, _BYTE),
                         number("length", length, _LONG), interrupt, seconds(within))

    def reset(self, *, within: float = _WITHIN_S) -> None:
        """Resets the port and waits until the terminal has enumerated the device again."""
        self._ask(_core.usb_reset, seconds(within))

    def detach(self) -> None:
        """Pulls the plug: unplug_reader, but no step."""
        self._ask(_core.usb_plug, False)

    def attach(self) -> None:
        """Puts the plug in: plug_reader, but no step."""
        self._ask(_core.usb_plug, True)


@dataclass(frozen=True)
class Message:
    """A CCID message: data as it passed, fields by their names in the standard.

    fields["message"] is its name; of an answer also in words: icc ("active", ...), command
    ("processed", ...), error. What is no message has no fields.
    """

    data: bytes
    fields: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]


class Ccid(_Way):
    """The bulk pipes of the reader's CCID function."""

    def send(self, message: bytes | Mapping[str, Any], *, within: float = _WITHIN_S) -> Message:
        """Sends a message and waits for its answer; meanwhile the terminal's driver waits.

        message: bytes, sent as they are, also illegal ones; or fields, {"message":
        "PC_to_RDR_XfrBlock", "bSeq": 7, "abData": b"..."}: those left out are 0, bMessageType and
        dwLength follow from the rest unless they are given. Time extensions are passed over.
        """
        if isinstance(message, Mapping):
            try:
                sent = _core.ccid_bytes(dict(message))
            except ArgumentError as error:
                error.file, error.line = self._bench._place()
                raise
        else:
            sent = data("message", message)
        answer = self._ask(_core.ccid_send, sent, seconds(within))
        return Message(answer, _core.ccid_fields(answer))


class Card(roles.Card):
    """The cards that people bring, and the one in the reader."""

    def transmit(self, apdu: bytes, *, slot: int = 0, within: float = _WITHIN_S) -> bytes:
        """One command APDU through the terminal's driver; the response with SW1 SW2.

        Connects first if nobody has. What is selected on the card is shared with the terminal.
        """
        return _ask(self._bench, _core.card_transmit, number("slot", slot, _BYTE),
                    data("apdu", apdu), seconds(within))

    def connect(self, *, slot: int = 0, within: float = _WITHIN_S) -> bytes:
        """Powers the card, if nobody has. The result: its ATR."""
        return _ask(self._bench, _core.card_connect, number("slot", slot, _BYTE), seconds(within))

    def disconnect(self, *, slot: int = 0, within: float = _WITHIN_S) -> None:
        """Takes the card's power away."""
        _ask(self._bench, _core.card_disconnect, number("slot", slot, _BYTE), seconds(within))
