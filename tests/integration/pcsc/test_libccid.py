"""libccid and pcscd drive our reader; OpenSC, pcsc_scan and PcscRoute see the card through them."""

import re

from conftest import HANAKO_ATR, SELECT_JPKI
from desk import Desk, list_for_libccid, start_pcscd_for, wait_for

CERTIFICATE = "00a4020c02000a"


def read_atr(run):
    """By opensc-tool, as soon as pcscd has powered the card."""
    def atr():
        return re.search(r"(?m)^((?:[0-9a-f]{2}:?)+)$", run("opensc-tool", "--atr").stdout)
    return wait_for(atr, "an ATR")[1].replace(":", "")


def test_tools_read_the_atr_of_our_card_in_a_reader_that_libccid_lists(desk, libccid, run):
    assert read_atr(run) == HANAKO_ATR
    listed = run("opensc-tool", "-l").stdout
    assert "Gemalto PC Twin Reader" in listed
    seen = run("pcsc_scan", "-r").stdout
    assert "0: Gemalto PC Twin Reader (UKETSUKE-TPDU) 00 00" in seen, seen


def test_our_own_id_works_with_a_list_that_has_it(start, tmp_path, run, probe):
    list_for_libccid(tmp_path, "1209:0001")
    desk = Desk(start, tmp_path, "clean_tpdu")
    start_pcscd_for(start, tmp_path, desk)
    assert read_atr(run) == HANAKO_ATR
    route = probe("uketsuke reader")
    assert "[1209:0001 0100]" in route.next("arrived")
    assert route.ask("connect") == f"connected {HANAKO_ATR} T=1"


def test_the_route_connects_transmits_resets_and_leaves(libccid, probe):
    route = probe()
    assert route.next("arrived") == (  # libccid makes extended APDUs of TPDUs
        "arrived Gemalto PC Twin Reader (UKETSUKE-TPDU) 00 00 [08e6:3437 0100] extended APDU "
        "no pad")
    route.next("present")
    assert route.ask("connect") == f"connected {HANAKO_ATR} T=1"
    assert route.transmit(SELECT_JPKI) == "9000"
    assert route.transmit(CERTIFICATE) == "9000"
    short = route.transmit("00b0000000")
    assert len(short) == 2 * 258 and short.endswith("9000") and short.startswith("3082")
    whole = route.transmit("00b00000000000")  # extended: TPDU level leaves length to the host
    assert whole.startswith(short[:-4]) and whole.endswith("9000")
    assert len(whole) // 2 - 2 == int(whole[4:8], 16) + 4
    assert route.ask("connect") == f"connected {HANAKO_ATR} T=1"  # it is; no reset
    assert route.transmit("00b0000001") == "309000"  # the file is still selected
    for kind in ("reset", "unpower"):
        assert route.ask(f"reset {kind}") == f"connected {HANAKO_ATR} T=1"
        assert route.transmit("00b0000001") != "309000"
    assert route.ask("reset leave") == f"connected {HANAKO_ATR} T=1"
    assert route.ask("pin").startswith("failed not supported")
    assert route.ask("disconnect unpower") == "disconnected"
    assert route.transmit(SELECT_JPKI).startswith("failed not connected")
    assert route.ask("reset reset").startswith("failed not connected")
    assert route.ask("disconnect leave") == "disconnected"
    assert route.end() < 2500


def test_the_route_says_which_reader_it_has_and_what_it_hides(libccid, probe):
    route = probe()
    route.running.type("hides")
    assert "CCID messages" in route.next("hides")
    route.next("arrived")
    route.running.type("name")
    assert route.next("name") == "name pcsc:Gemalto PC Twin Reader (UKETSUKE-TPDU) 00 00"


def test_a_card_that_another_program_has_is_busy(libccid, probe):
    first, second = probe(), probe(shared=1)
    for route in (first, second):
        route.next("arrived")
    first.next("present")
    assert first.ask("connect").startswith("connected")
    assert second.ask("connect").startswith("failed busy: SCardConnect: SCARD_E_SHARING_VIOLATION")
    assert first.ask("disconnect leave") == "disconnected"
    assert second.ask("connect").startswith("connected")
    third = probe(shared=1)
    third.next("arrived")
    assert third.ask("connect").startswith("connected")
    assert third.transmit(SELECT_JPKI) == "9000"
    assert second.ask("reset reset").startswith("connected")
    # PC/SC tells the others once; what they had selected or verified is gone.
    assert third.transmit(CERTIFICATE).startswith("failed not connected")
    assert third.ask("connect").startswith("connected")
    assert first.ask("connect").startswith("failed busy")


def test_a_second_request_is_busy_and_the_first_goes_on(libccid, probe):
    route = probe()
    route.next("present")
    route.running.type(f"connect\ntransmit {SELECT_JPKI}\ndisconnect unpower")
    answers = sorted(route.next("connected", "failed", "disconnected") for _ in range(3))
    assert answers[0].startswith("connected")
    assert answers[1] == "disconnected"
    assert answers[2].startswith("failed busy")
