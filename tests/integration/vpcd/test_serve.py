"""`uketsuke serve --vpcd`: beginning, words and end."""

import signal

import pytest

from components import start_pcscd, wait_for


def has_card(run, reader=0):
    listed = run("opensc-tool", "--list-readers").stdout.splitlines()
    lines = [line for line in listed if line.startswith(f"{reader} ")]
    return bool(lines) and "Yes" in lines[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_takes_the_card_out(pcscd, serve, run, number):
    program = serve("hanako")
    assert has_card(run)
    assert program.end(number) == 0
    assert "ended; APDUs answered: " in program.said()
    wait_for(lambda: not has_card(run))


def test_it_says_that_no_pcscd_listens_and_finds_the_one_that_starts(serve, start, tmp_path):
    program = serve("hanako", wait=False)
    program.says("no pcscd listens at 127.0.0.1:35963")
    start_pcscd(start, tmp_path)
    program.says("hanako: is in the reader (127.0.0.1:35963)")
    assert program.said().count("no pcscd listens") == 1


def test_a_second_card_for_the_same_slot_waits_for_its_turn(pcscd, serve, tool):
    first = serve("hanako")
    second = serve("taro", wait=False)
    second.says("another card is in that slot")
    first.end()
    second.says("taro: is in the reader")


def test_it_speaks_japanese(pcscd, serve, run):
    program = serve("hanako", wait=False, LC_ALL="ja_JP.UTF-8")
    program.says("hanako：リーダーに入りました")
    assert "カード hanako（一般の患者）を仮想リーダー 127.0.0.1:35963 に入れます" in program.said()
    program.type("eject")
    program.says("「eject」は分かりません")
    assert program.end() == 0


def test_input_that_ends_does_not_end_it(pcscd, serve, run):
    program = serve("hanako")
    program.process.stdin.close()
    program.process.stdin = None
    assert has_card(run)
    assert program.process.poll() is None


@pytest.mark.parametrize("options, word", [
    (["--card", "nobody"], "there is no card nobody"),
    (["--card", "hanako", "--card", "hanako"], "there is one hanako only"),
    (["--vpcd", "127.0.0.1:x"], "is not HOST:PORT"),
    (["--vpcd", "127.0.0.1:70000"], "is not HOST:PORT"),
    (["--vpcd", ":0"], "is not HOST:PORT"),
    (["--usbip", "--card", "hanako"], "--vpcd"),
    (["--vpcd", "--usbip"], "--usbip"),
    (["--vpcd", "--reader", "face"], "--reader"),
])
def test_a_wrong_command_line_is_told(run, uketsuke, options, word):
    if options[0] == "--card":
        options = ["--vpcd", *options]
    done = run(uketsuke, "serve", *options)
    assert done.returncode == 5
    assert word in done.stderr
