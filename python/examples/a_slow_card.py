"""A card in Python: slow at every command, and a robot at the panel that declines by itself."""
import uketsuke


class Slow(uketsuke.Card):
    """The modelled card, but each command takes it 300 ms."""

    def __init__(self) -> None:
        self.commands = 0

    def transmit(self, apdu: bytes) -> bytes | None:
        self.commands += 1
        return uketsuke.Response(self.modelled(apdu), seconds=0.3)


class Declines(uketsuke.Panel):
    """Presses 同意しない as soon as the panel offers it."""

    def shown(self, display: uketsuke.Display) -> None:
        if display.screen == "consent":
            self.press("declined")


def reception(card: uketsuke.Card | None) -> float:
    """Seconds from placing the card to the end of the reception."""
    bind: dict[str, object] = {"panel": Declines()}
    if card:
        bind["card"] = card
    with uketsuke.Bench(id="a_slow_card", page="P3", bind=bind) as bench:
        bench.reader.press("職員用ボタン", id="P3-1", expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued", id="P3-2", expect={"screen": "place_card"})
        bench.card.place(by="family", id="P3-3")
        took = bench.run_until(lambda: bench.reader.screen == "take_card", within=60)
        bench.check(backend={"consent_history": [{"holder": "hanako", "consent": "declined"}]})
    assert bench.result.ok, bench.result
    return took


slow = Slow()
usual, late = reception(None), reception(slow)
print(f"{usual:.3f} s with the modelled card, {late:.3f} s with {slow.commands} slow commands")
assert late > usual + 0.25 * slow.commands
