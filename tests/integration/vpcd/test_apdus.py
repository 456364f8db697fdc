"""APDUs through pcscd's own interface: of any form and length, and what resets leave behind."""

import time

import pytest

import winscard
from components import SLOWNESS, wait_for

SELECT = "00a4040c0ad392f000260100000001"
CERTIFICATE, AUTH_PIN_FILE, AUTH_KEY = (f"00a4020c02{file}" for file in ("000a", "0018", "0017"))
VERIFY, SIGN = "002000800431323334", "802a008003aabbcc00"  # PIN of hanako
OK, NOT_VERIFIED = "9000", "6982"


@pytest.fixture
def card(pcscd, serve):
    serve("hanako")

    def connected():
        try:
            return winscard.Card()
        except winscard.Error:
            return None
    card = wait_for(connected)
    yield card
    card.close()


def transmit_all(card, *apdus):
    return [card.transmit(apdu)[-4:] for apdu in apdus]


def test_responses_of_every_length_come_whole(card):
    card.transmit(SELECT)
    card.transmit(CERTIFICATE)
    whole = card.transmit("00b00000000000")  # extended Le: 65536, as much as there is
    assert whole[:4] == "3082" and whole[-4:] == OK
    assert len(whole) // 2 - 2 == int(whole[4:8], 16) + 4
    for size in [*range(1, 257), 300, 800]:
        le = f"{size % 256:02x}" if size <= 256 else f"00{size:04x}"
        assert card.transmit(f"00b00000{le}") == whole[:2 * size] + OK


def test_what_is_no_apdu_is_answered_and_costs_nobody_the_card(card):
    # One byte that vpcd's protocol takes for a message of its own (0, 1, 2, 4) has no answer there.
    for apdu in ("03", "ff", "0084", "008400", "00840000ff", "00" * 70, "00a40400ffd392",
                 "00" * 261):
        assert len(card.transmit(apdu)) >= 4
    assert card.transmit(bytes(60_000))[-2:] != b"\x90\x00"
    assert card.transmit(SELECT) == OK


def test_a_verified_pin_outlives_a_connection_but_not_the_power(card):
    # facts of real cards: models/card/README.md, Power
    def sign():
        return transmit_all(card, AUTH_KEY, SIGN)

    assert transmit_all(card, SELECT, AUTH_KEY, SIGN) == [OK, OK, NOT_VERIFIED]
    assert transmit_all(card, AUTH_PIN_FILE, VERIFY, AUTH_KEY, SIGN) == [OK] * 4
    card.close(winscard.LEAVE_CARD)
    card.__init__()
    assert sign() == [OK, OK]
    card.reconnect(winscard.UNPOWER_CARD)
    assert transmit_all(card, SELECT, AUTH_KEY, SIGN) == [OK, OK, NOT_VERIFIED]


def test_thousands_of_apdus_do_not_wait_for_the_network(card):
    # With the driver's two writes and delayed acknowledgements each takes 49 ms: 49 s.
    card.transmit(SELECT)
    begin = time.monotonic()
    for _ in range(1000):
        assert card.transmit("0084000008")[-4:] == OK
    assert time.monotonic() - begin < 10 * SLOWNESS
