"""Removal, insertion, and a pcscd that restarts."""

from components import component, start_pcscd, wait_for


def test_pcsc_scan_sees_the_card_go_and_come(pcscd, serve, start):
    program = serve("hanako")
    scan = start(component("stdbuf"), "-oL", component("pcsc_scan"), "-n")
    scan.says("Card inserted")
    scan.says("ATR: 3B E0 00 FF 81 31 FE 45 14")
    removed = scan.said().count("Card removed")  # the other slot is empty
    program.type("remove")
    scan.says("Card removed", times=removed + 1)
    program.type("insert")
    scan.says("Card inserted", times=2)
    program.type("remove")
    program.type("insert")  # quicker than pcscd looks
    scan.says("Card removed", times=removed + 2)
    scan.says("Card inserted", times=3)


def test_opensc_waits_for_a_card_that_is_inserted_later(pcscd, serve, start):
    program = serve("hanako")
    program.type("remove hanako")
    program.says("hanako: is out of the reader")
    waiting = start(component("opensc-tool"), "--reader", "0", "--wait", "--atr")
    waiting.says("Waiting for a card to be inserted")
    program.type("insert hanako")
    wait_for(lambda: waiting.process.poll() is not None)
    assert "3b:e0:00:ff:81:31:fe:45:14" in waiting.said()


def test_a_try_that_was_used_up_stays_used_up_after_removal_and_restart_of_pcscd(
        pcscd, serve, start, tool, tmp_path):
    program = serve("hanako")
    tool.verify("9999")
    program.type("remove")
    program.says("is out of the reader")
    program.type("insert")
    program.says("is in the reader", times=2)
    wait_for(lambda: tool.opensc("--atr").returncode == 0)
    assert tool.tries() == [2, 5]
    pcscd.end()
    program.says("the connection is lost")
    start_pcscd(start, tmp_path)
    program.says("is in the reader", times=3)
    wait_for(lambda: tool.opensc("--atr").returncode == 0)
    assert tool.tries() == [2, 5]
