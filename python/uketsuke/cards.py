"""Cards in Python: a subclass of Card answers what the reader sends.

    class Lost(uketsuke.Card):
        def transmit(self, apdu: bytes) -> bytes:
            if apdu[1] == 0xA4:
                return b"\\x6a\\x82"
            return super().transmit(apdu)

    with uketsuke.Bench(bind={"card": Lost()}) as bench: ...

Activation and transmission (ATR, T=0, T=1, ISO/IEC 14443-4) stay the model's; what a card answers
is on the wires as a model's answer is. Simulated time stands still while a card is asked.
"""

from __future__ import annotations

from uketsuke import _core, arguments
from uketsuke.errors import Error


class Response(bytes):
    """A response APDU and the simulated seconds that the card worked for it."""

    seconds: float

    def __new__(cls, data: bytes, seconds: float = 0.0) -> Response:
        response = super().__new__(cls, arguments.data("data", data))
        response.seconds = seconds
        return response


class Card:
    """A card on the desk whose commands a program answers.

    name: in reports; None: that of the class. atr: sent at the contacts in place of the modelled
    card's. What a method raises comes out of the call that let time pass; the card then answers
    6F00, and the bench goes on.
    """

    name: str | None = None
    atr: bytes | None = None
    _port: _core.CardPort | None = None

    def transmit(self, apdu: bytes) -> bytes | None:
        """The response to a command, with SW1 SW2; None: the card never gets done.

        A Response says how long the card worked; other bytes are there at once. As it stands here,
        the modelled card answers.
        """
        return self.modelled(apdu)

    def modelled(self, apdu: bytes) -> Response:
        """What the card answers whose place this one has taken; only within transmit. That card
        follows power and resets, and knows of the commands that it is asked."""
        if self._port is None:
            raise Error("このカードはベンチにありません", "this card is at no bench")
        return Response(*self._port.transmit(arguments.data("apdu", apdu)))

    def powered_on(self) -> None:
        """The card got power, or came into a field."""

    def reset(self) -> None:
        """The card was reset and kept its power."""

    def powered_down(self) -> None:
        """The card lost its power, or was taken away."""
