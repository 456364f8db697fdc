"""PcscRoute and our card in vpcd's virtual reader."""

import subprocess

from conftest import HANAKO_ATR, SELECT_JPKI


def test_the_route_talks_to_our_card_in_a_virtual_reader(pcscd, start, uketsuke, probe):
    card = start(uketsuke, "serve", "--vpcd", "--card", "hanako", stdin=subprocess.PIPE)
    card.says("hanako: is in the reader")
    route = probe("Virtual PCD 00 00")
    route.next("arrived")
    route.next("present")
    assert route.ask("connect").startswith(f"connected {HANAKO_ATR} T=")
    assert route.transmit(SELECT_JPKI) == "9000"
    assert route.transmit("00a4020c02000a") == "9000"
    whole = route.transmit("00b00000000000")
    assert whole.endswith("9000") and len(whole) // 2 - 2 == int(whole[4:8], 16) + 4
    card.process.kill()
    route.next("absent")
    assert route.transmit(SELECT_JPKI).startswith("failed card removed")
