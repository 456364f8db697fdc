"""Card, reader and pcscd come and go under a PcscRoute."""

import signal
import time

from components import PCSCD_SOCKET, SLOWNESS
from conftest import HANAKO_ATR, SELECT_JPKI
from desk import start_pcscd_for


def connected(route):
    route.next("present")
    assert route.ask("connect") == f"connected {HANAKO_ATR} T=1"
    return route


def test_a_card_is_seen_to_go_and_to_come(desk, libccid, probe):
    route = connected(probe())
    desk("remove")
    assert route.transmit(SELECT_JPKI).startswith("failed card removed")
    route.next("absent")
    assert route.transmit(SELECT_JPKI).startswith("failed card removed")
    assert route.ask("connect").startswith("failed no card")
    desk("insert hanako")
    connected(route)
    assert route.transmit(SELECT_JPKI) == "9000"


def test_a_reader_that_arrives_tells_that_it_is_empty(desk, libccid, probe):
    desk("remove")
    route = probe()
    route.next("arrived")
    route.next("absent")


def test_a_reader_that_is_pulled_out_is_gone_and_comes_back(desk, libccid, probe):
    route = connected(probe())
    desk.unplug()
    route.next("gone")
    assert route.transmit(SELECT_JPKI).startswith("failed no reader")
    assert route.ask("connect").startswith("failed no reader")
    assert route.ask("disconnect leave") == "disconnected"
    desk.plug()
    route.next("arrived")
    connected(route)
    assert route.transmit(SELECT_JPKI) == "9000"


def test_the_reader_is_pulled_out_while_the_card_works(desk, libccid, probe):
    for delay in (0, 0.002, 0.005):
        route = connected(probe())
        route.running.type(f"transmit {SELECT_JPKI}")
        time.sleep(delay)
        desk.unplug()
        answer = route.next("failed", "response")
        assert answer == "response 9000" or "failed" in answer
        route.next("gone")
        assert route.end() < 2500
        desk.plug()


def test_pcscd_dies_and_is_started_again(desk, libccid, probe, start, tmp_path):
    route = connected(probe())
    libccid.end(signal.SIGKILL)
    route.next("gone")
    assert route.transmit(SELECT_JPKI).startswith("failed no reader")
    start_pcscd_for(start, tmp_path, desk)
    route.next("arrived")
    connected(route)
    assert route.transmit(SELECT_JPKI) == "9000"


def test_pcscd_that_hangs_is_not_waited_for(desk, libccid, probe):
    limit_ms = 500 * SLOWNESS
    route = connected(probe(request_limit_ms=limit_ms, stop_ms=1000))
    libccid.process.send_signal(signal.SIGSTOP)
    try:
        for request in (f"transmit {SELECT_JPKI}", "connect", "connect"):
            assert route.ask(request).startswith("failed time-out")
        assert "does not answer" in route.next("route_failed")
        assert route.ask(f"transmit {SELECT_JPKI}").startswith("failed busy")
        assert 500 < route.end() < 1500 * SLOWNESS
    finally:
        libccid.process.send_signal(signal.SIGCONT)


def test_without_pcscd_it_is_told_how_to_start_it_and_waited_for(desk, probe, start, tmp_path):
    for left in PCSCD_SOCKET.parent.iterdir():
        left.unlink()
    route = probe(absent_after_ms=300)
    told = route.next("route_failed")
    assert "systemctl start pcscd" in told and "SCARD_E_NO_SERVICE" in told
    assert "pcscd につながりません" in told
    assert route.ask("connect").startswith("failed no reader")
    start_pcscd_for(start, tmp_path, desk)
    connected(route)


def test_a_route_ends_at_once_whatever_it_waits_for(desk, libccid, probe):
    ends = [probe(), probe("No such reader"), connected(probe())]
    for route in ends:
        assert route.end() < 2500
