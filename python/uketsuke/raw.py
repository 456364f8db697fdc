"""The reader beside the terminal's driver: USB transfers, CCID messages, APDUs.

Simulated time passes while an answer is waited for, up to `within` seconds (with a bound reader as
long by the wall clock). What does not end well is a TransferError with what the wire, the reader or
the card said. Where the reader is bound to a real one, all of it passes the guard, as everything
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uketsuke import _core, roles

if TYPE_CHECKING:
    from uketsuke.bench import Bench

_WITHIN_S = 10.0
_IN = 0x80  # bmRequestType, bit 7: device to host


class _Way:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def _here(self) -> tuple[_core.Bench, tuple[str, int]]:
        return self._bench._core, self._bench._place()


class Usb(_Way):
    """The reader's USB port. The terminal's drivers go on beside it."""

    def control(self, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
                data_or_length: bytes | int = 0, *, within: float = _WITHIN_S) -> bytes:
        """A control request: with the length to read (bit 7 of bmRequestType is set), or with the
        data to write. The result: what came back, empty for what was written."""
        core, place = self._here()
        if isinstance(data_or_length, int):
            data, length = b"", data_or_length
            if length and not bmRequestType & _IN:
                raise TypeError("a request that writes wants data, not a length")
        else:
            data, length = bytes(data_or_length), len(data_or_length)
            if bmRequestType & _IN:
                raise TypeError("a request that reads wants a length, not data")
        return _core.usb_control(core, bmRequestType, bRequest, wValue, wIndex, data, length,
                                 within, *place)

    def bulk_out(self, endpoint: int, data: bytes, *, within: float = _WITHIN_S) -> int:
        """Sends data to a bulk OUT endpoint. The result: how many bytes the device took."""
        core, place = self._here()
        return _core.usb_out(core, endpoint, bytes(data), within, *place)

    def bulk_in(self, endpoint: int, length: int, *, within: float = _WITHIN_S) -> bytes:
        """Reads from a bulk IN endpoint. Where the terminal's driver reads already, it is served
        first."""
        core, place = self._here()
        return _core.usb_in(core, endpoint, length, False, within, *place)

    def interrupt_in(self, endpoint: int, length: int = 64, *, within: float = _WITHIN_S) -> bytes:
        """The next message of an interrupt IN endpoint; the terminal's driver gets it, too."""
        core, place = self._here()
        return _core.usb_in(core, endpoint, length, True, within, *place)

    def reset(self, *, within: float = _WITHIN_S) -> None:
        """Resets the port and waits until the terminal has enumerated the device again."""
        core, place = self._here()
        _core.usb_reset(core, within, *place)

    def detach(self) -> None:
        """Pulls the plug: unplug_reader, but no step."""
        core, place = self._here()
        _core.usb_plug(core, False, *place)

    def attach(self) -> None:
        """Puts the plug in: plug_reader, but no step."""
        core, place = self._here()
        _core.usb_plug(core, True, *place)


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
        core, place = self._here()
        data = _core.ccid_bytes(dict(message)) if isinstance(message, Mapping) else bytes(message)
        answer = _core.ccid_send(core, data, within, *place)
        return Message(answer, _core.ccid_fields(answer))


class Card(roles.Card):
    """The cards that people bring, and the one in the reader."""

    def transmit(self, apdu: bytes, *, slot: int = 0, within: float = _WITHIN_S) -> bytes:
        """One command APDU through the terminal's driver; the response with SW1 SW2.

        Connects first if nobody has. What is selected on the card is shared with the terminal.
        """
        return _core.card_transmit(self._bench._core, slot, bytes(apdu), within,
                                   *self._bench._place())

    def connect(self, *, slot: int = 0, within: float = _WITHIN_S) -> bytes:
        """Powers the card, if nobody has. The result: its ATR."""
        return _core.card_connect(self._bench._core, slot, within, *self._bench._place())

    def disconnect(self, *, slot: int = 0, within: float = _WITHIN_S) -> None:
        """Takes the card's power away."""
        _core.card_disconnect(self._bench._core, slot, within, *self._bench._place())
