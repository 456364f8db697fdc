"""Which of pcscd's readers is taken."""

import pytest

from conftest import HANAKO_ATR
from desk import LISTED, Desk, start_pcscd_for


@pytest.fixture
def desk(start, tmp_path):
    return Desk(start, tmp_path, *(f"clean_tpdu@{LISTED},serial={n}" for n in ("ONE", "TWO")))


def test_a_beginning_that_two_readers_have_is_refused(libccid, probe):
    route = probe("Gemalto PC Twin", refused_after_ms=200)
    told = route.next("route_failed")
    assert "several readers" in told and "いくつもあります" in told
    assert "(ONE) 00 00" in told and "(TWO) 01 00" in told
    assert not any(line.startswith("arrived") for line in route.lines())


def test_the_rest_of_the_name_decides(desk, libccid, probe):
    second = probe("Gemalto PC Twin Reader (TWO) 01 00")
    assert "(TWO) 01 00" in second.next("arrived")
    assert second.ask("connect").startswith("failed no card")
    desk("remove")
    desk("insert hanako 1")
    second.next("present")
    assert second.ask("connect") == f"connected {HANAKO_ATR} T=1"
    assert "(ONE) 00 00" in probe("pcsc:Gemalto PC Twin Reader (O").next("arrived")


def test_one_of_two_that_leaves_makes_the_choice(desk, libccid, probe):
    route = probe("Gemalto", refused_after_ms=200)
    route.next("route_failed")
    desk.unplug(1)
    assert "(ONE)" in route.next("arrived")


def test_a_reader_that_is_not_there_is_told_with_those_that_are(libccid, probe):
    route = probe("ACS ACR1251", absent_after_ms=300)
    told = route.next("route_failed")
    assert "ACS ACR1251" in told and "(ONE) 00 00" in told and "ありません" in told
