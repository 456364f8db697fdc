"""The reader beside the terminal's driver: USB, CCID, APDUs."""

import pathlib
import re
import struct
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator

import pytest

import uketsuke
from test_bench import p3
from uketsuke import Verdict

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
# USB 2.0, Table 9-4 and 9-5.
GET_DESCRIPTOR, DEVICE, CONFIGURATION = 6, 1, 2


EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "sim/gateway/examples"


@pytest.fixture
def served(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A bench file for a reader of ours in another process, behind USB/IP."""
    server = subprocess.Popen(
        [sys.executable, "-m", "uketsuke", "serve", "--usbip", "127.0.0.1:0", "--hands", "0",
         "--reader", "clean_tpdu", "--speed", "20"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    said = ""
    while not (hands := re.search(r"^hands: .*:(\d+)$", said, re.M)):
        line = server.stdout.readline()
        assert line, said
        said += line
    usbip = re.search(r"^usbip: .*:(\d+)$", said, re.M)
    assert usbip
    file = tmp_path / "bench.yaml"
    file.write_text("uketsuke_bench: 1\nspeed: 20\ncards: {hanako: {}}\n"
                    f'bind: {{reader: "usbip:127.0.0.1:{usbip[1]}/1-1", '
                    f'panel: "hands:127.0.0.1:{hands[1]}"}}\n')
    yield file
    server.terminate()
    server.wait(10)
    server.stdout.close()


@pytest.fixture
def bench():
    with uketsuke.Bench(reader="generic", reader_profile="clean_tpdu") as one:
        yield one


def placed(bench):
    bench.card.place()
    bench.run(1)


def test_descriptors_come_back_from_control_requests(bench):
    device = bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18)
    length, kind, _, _, _, _, packet, vendor = struct.unpack_from("<BBHBBBBH", device)
    assert (length, kind, packet, vendor) == (18, 1, 64, 0x1209)
    head = bench.usb.control(0x80, GET_DESCRIPTOR, CONFIGURATION << 8, 0, 9)
    whole = bench.usb.control(0x80, GET_DESCRIPTOR, CONFIGURATION << 8, 0,
                              struct.unpack_from("<H", head, 2)[0])
    assert len(whole) == struct.unpack_from("<H", head, 2)[0] > 9
    assert whole[:9] == head


def test_a_request_that_the_device_does_not_know_is_a_stall(bench):
    with pytest.raises(uketsuke.TransferError, match="stall") as raised:
        bench.usb.control(0x80, 0x55, 0, 0, 4)
    assert raised.value.reason == "stalled"
    assert raised.value.file == __file__ and raised.value.messages
    bench.run(1)
    assert bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 8)[1] == DEVICE


def test_the_direction_of_a_request_is_that_of_its_type(bench):
    with pytest.raises(TypeError):
        bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, b"data")
    with pytest.raises(TypeError):
        bench.usb.control(0x00, 9, 1, 0, 4)
    assert bench.usb.control(0x00, 9, 1, 0) == b""  # SET_CONFIGURATION


def test_get_slot_status_says_whether_a_card_is_there(bench):
    status = bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus", "bSeq": 7})
    assert status["message"] == "RDR_to_PC_SlotStatus"
    assert (status["bSlot"], status["bSeq"], status["dwLength"]) == (0, 7, 0)
    assert status["bStatus"] & 3 == 2 and status["icc"] == "no ICC"
    placed(bench)
    assert bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus"})["bStatus"] & 3 != 2


def test_fields_make_the_same_bytes_as_are_written_by_hand():
    from uketsuke import _core

    for fields, data in [
        ({"message": "PC_to_RDR_IccPowerOn", "bSlot": 1, "bSeq": 2, "bPowerSelect": 3},
         "62000000000102030000"),
        ({"message": "PC_to_RDR_XfrBlock", "bSeq": 9, "bBWI": 1, "wLevelParameter": 0x1234,
          "abData": b"\x00\x84\x00\x00\x08"}, "6f050000000009013412" "0084000008"),
        ({"message": "PC_to_RDR_GetParameters", "abRFU": b"\x01\x02\x03", "dwLength": 5},
         "6c050000000000010203"),
        ({"message": "PC_to_RDR_SetDataRateAndClockFrequency", "dwClockFrequency": 4000,
          "dwDataRate": 10753}, "73080000000000000000" "a00f0000" "012a0000"),
        ({"message": "PC_to_RDR_GetSlotStatus", "bMessageType": 0xAA}, "aa000000000000000000"),
    ]:
        assert _core.ccid_bytes(fields).hex() == data
    answer = _core.ccid_fields(bytes.fromhex("80020000000005400000" "9000"))
    assert answer["abData"] == b"\x90\x00" and answer["command"] == "failed"
    assert _core.ccid_fields(b"\x80\x02") == {}


@pytest.mark.parametrize("fields, error, words", [
    ({}, ValueError, "message"), ({"message": "PC_to_RDR_Nothing"}, ValueError, "no CCID message"),
    ({"message": "PC_to_RDR_IccPowerOff", "abData": b"1"}, ValueError, "no field abData"),
    ({"message": "PC_to_RDR_IccPowerOff", "bSeq": 256}, ValueError, "bSeq .* 255"),
    ({"message": "PC_to_RDR_IccPowerOff", "bSeq": -1}, ValueError, "bSeq"),
    ({"message": "PC_to_RDR_IccPowerOff", "bSeq": "1"}, TypeError, "bSeq"),
    ({"message": "PC_to_RDR_XfrBlock", "abData": "00"}, TypeError, "abData"),
    ({"message": "PC_to_RDR_Abort", "abRFU": b"1234"}, ValueError, "abRFU has 3")])
def test_a_field_that_cannot_be_is_named(bench, fields, error, words):
    with pytest.raises(error, match=words):
        bench.ccid.send(fields)


def test_illegal_bytes_are_sent_as_they_are(bench):
    illegal = bytes.fromhex("AA000000000009000000")
    answer = bench.ccid.send(illegal)
    assert (answer["command"], answer["bError"], answer["bSeq"]) == ("failed", 0, 9)
    assert illegal in [record.data for record in bench.journal.messages("usb")]
    before = bench.now
    with pytest.raises(uketsuke.TransferError) as raised:
        bench.ccid.send(b"\x65", within=0.5)
    assert raised.value.reason == "timed_out"
    assert bench.now == pytest.approx(before + 0.5, abs=0.01)


def test_within_is_a_time_that_a_bench_can_run(bench):
    for within in (-1.0, float("nan"), float("inf"), 1e12):
        with pytest.raises(uketsuke.Error, match="seconds are a number"):
            bench.card.transmit(SELECT_JPKI, within=within)
    with uketsuke.Bench(reader="generic", limits={"simulated": 201 * 86400}) as long:
        long.run(100 * 86400)
        with pytest.raises(uketsuke.TransferError, match="did not answer"):
            long.ccid.send(b"\x65", within=199 * 86400)
        assert long.now == pytest.approx(200 * 86400, abs=10)


Faulty = Callable[[dict[str, object]], uketsuke.Bench]


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """A bench with a card in the reader and one fault at the session wire."""
    made = []

    def make(fault: dict[str, object]) -> uketsuke.Bench:
        bench = uketsuke.Bench(reader="generic", faults=[{"wire": "session", "count": 1, **fault}])
        made.append(bench)
        placed(bench)
        return bench

    yield make
    for bench in made:
        bench.finish()


@pytest.mark.parametrize("pipe", [{"pipe": "command", "from": "script"},
                                  {"pipe": "response", "to": "script"}])
@pytest.mark.parametrize("kind", ["drop", "mute"])
def test_what_a_fault_takes_from_a_script_costs_it_one_wait(faulty, kind, pipe):
    bench = faulty({"kind": kind, **pipe})
    begin = bench.now
    with pytest.raises(uketsuke.TransferError, match="did not answer .waited for 3 s") as caught:
        bench.card.transmit(SELECT_JPKI, within=3)
    assert caught.value.reason == "timed_out" and bench.now - begin == pytest.approx(3)
    assert bench.card.transmit(SELECT_JPKI, within=3) == b"\x90\x00"
    assert bench.now - begin < 3.1


def test_an_answer_that_comes_late_or_twice_is_not_that_to_the_next_command(faulty):
    late = faulty({"kind": "delay", "delay_us": 5_000_000, "pipe": "response", "to": "script"})
    for why in ("the reader did not answer", "the request before has not come yet"):
        with pytest.raises(uketsuke.TransferError, match=why):
            late.card.transmit(SELECT_JPKI, within=2)
    assert late.card.transmit(SELECT_JPKI[:-1] + b"\xff", within=2) == b"\x6a\x82"
    # The copy is refused at once, the answer comes after that.
    twice = faulty({"kind": "duplicate", "pipe": "command", "from": "script", "first": 2})
    twice.card.connect()
    with pytest.raises(uketsuke.TransferError, match="busy"):
        twice.card.transmit(SELECT_JPKI)
    assert twice.card.transmit(SELECT_JPKI[:-1] + b"\xff") == b"\x6a\x82"


def test_what_a_fault_takes_from_the_terminal_does_not_keep_the_script_waiting():
    for first in (1, 2):
        fault = {"wire": "session", "kind": "drop", "pipe": "command", "from": "terminal",
                 "count": 1, "first": first}
        with uketsuke.Bench(faults=[fault]) as bench:
            bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
            bench.reader.enter_passcode("issued")
            bench.expect(screen="place_card")
            bench.reader.compare_photo("match")
            bench.card.place()
            bench.run(.2)
            assert bench.card.transmit(SELECT_JPKI, within=1) == b"\x90\x00"


RAW: list[Callable[[uketsuke.Bench], object]] = [
    lambda bench: bench.usb.interrupt_in(0x83, within=100),
    lambda bench: bench.usb.bulk_in(0x82, 64, within=100),
    lambda bench: bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18),
    lambda bench: bench.ccid.send(b"\x65", within=100),
    lambda bench: bench.card.transmit(SELECT_JPKI, within=100),
    lambda bench: bench.usb.reset(within=100),
    lambda bench: bench.run_until(lambda: False, within=100)]


@pytest.mark.parametrize("call", RAW)
def test_a_case_whose_time_is_used_up_by_raw_access_is_inconclusive(call):
    bench = uketsuke.Bench(reader="generic", limits={"simulated": 5})
    bench.run(4.8)
    with pytest.raises(uketsuke.Inconclusive, match="within 5 s"):
        for _ in range(5000):
            try:
                call(bench)
            except uketsuke.TransferError:
                bench.run(.01)
    assert 5 <= bench.now < 5.3  # a reset takes its time
    assert bench.finish().verdict is Verdict.INCONCLUSIVE


WRONG: list[Callable[[uketsuke.Bench], object]] = [
    lambda bench: bench.card.transmit(typing.cast(bytes, 5)),
    lambda bench: bench.card.transmit(typing.cast(bytes, "00A4")),
    lambda bench: bench.card.transmit(b"", slot=300),
    lambda bench: bench.card.connect(within=typing.cast(float, "x")),
    lambda bench: bench.card.disconnect(within=-1),
    lambda bench: bench.usb.control(0x180, 6, 0, 0, 0),
    lambda bench: bench.usb.control(0x80, 6, 0x10000, 0, 0),
    lambda bench: bench.usb.control(0x80, 6, 0, 0, 0x10000),
    lambda bench: bench.usb.control(0x80, 6, 0, 0, b"data"),
    lambda bench: bench.usb.bulk_out(2, typing.cast(bytes, 7)),
    lambda bench: bench.usb.bulk_in(0x1FF, 1),
    lambda bench: bench.ccid.send(typing.cast(bytes, 7)),
    lambda bench: bench.ccid.send({"message": "PC_to_RDR_Nothing"}),
    lambda bench: typing.cast(typing.Any, bench).card.place("hanako", nosuch=1),
    lambda bench: uketsuke.Response(typing.cast(bytes, 5))]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_argument_is_told_in_both_languages_at_its_line(bench, wrong):
    with pytest.raises(uketsuke.ArgumentError) as caught:
        wrong(bench)
    assert isinstance(caught.value, TypeError) and isinstance(caught.value, ValueError)
    assert (caught.value.file, caught.value.line > 0) == (__file__, True)
    assert not caught.value.ja.isascii() and caught.value.en != caught.value.ja


def test_select_jpki_gives_9000_through_the_reader(bench):
    placed(bench)
    assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"
    assert bench.card.connect()[0] in (0x3B, 0x3F)
    bench.card.disconnect()
    assert bench.card.transmit(bytearray(SELECT_JPKI)) == b"\x90\x00"
    commands = [r for r in bench.journal.messages("session") if r.pipe == "command"]
    assert {record.sender for record in commands} == {"script"}


def test_without_a_card_the_reader_says_so(bench):
    with pytest.raises(uketsuke.TransferError) as raised:
        bench.card.transmit(SELECT_JPKI)
    assert raised.value.reason == "no_card"
    placed(bench)
    assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"


def test_bulk_pipes_and_the_interrupt_endpoint_carry_what_passes(bench):
    whole = bench.usb.control(0x80, GET_DESCRIPTOR, CONFIGURATION << 8, 0, 255)
    endpoints = {}
    while whole:
        if whole[1] == 5:  # ENDPOINT: address, attributes
            endpoints[whole[2] & 0x80, whole[3] & 3] = whole[2]
        whole = whole[whole[0]:]
    out, into, interrupt = endpoints[0, 2], endpoints[0x80, 2], endpoints[0x80, 3]
    assert bench.usb.bulk_out(out, bytes.fromhex("65000000000033000000")) == 10
    assert bench.usb.bulk_in(into, 64)[6] == 0x33
    with pytest.raises(uketsuke.TransferError):
        bench.usb.interrupt_in(interrupt, within=0.1)
    bench.usb.detach()
    bench.run(1)
    with pytest.raises(uketsuke.TransferError) as raised:
        bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18)
    assert raised.value.reason == "no_device"
    bench.usb.attach()
    bench.run(2)
    bench.usb.reset()
    assert len(bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18)) == 18


def test_a_case_goes_its_way_while_a_script_looks_at_the_reader():
    def look(bench):
        bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus"})
        bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18)
        with pytest.raises(uketsuke.TransferError):  # nothing that the case is judged by
            bench.usb.control(0x80, 0x55, 0, 0, 4)

    with uketsuke.Bench(release="2024-12") as bench:
        look(bench)
        p3(bench)
        look(bench)
    assert bench.result.verdict is Verdict.PASS
    with uketsuke.Bench(release="2024-12") as alone:
        p3(alone)
    assert len(bench.journal) > len(alone.journal)


def test_a_bound_reader_is_reached_through_the_guard(served):
    with pytest.raises(uketsuke.NotApplicable, match="card not released: VERIFY"):
        with uketsuke.Bench(reader="generic", bench_file=served) as bench:
            device = bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18)
            assert struct.unpack_from("<HH", device, 8) == (0x1209, 0x0001)
            assert bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus"})["icc"] == "no ICC"
            bench.card.place()
            assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"
            bench.usb.reset()
            assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"
            bench.card.transmit(bytes.fromhex("0020008004") + b"1234")
    assert bench.result.not_applicable
    with pytest.raises(uketsuke.Error, match="needs a reader that is a model"):
        uketsuke.Bench(reader="generic", bench_file=served, bind={"card": uketsuke.Card()})


def test_a_reader_that_is_not_bound_by_its_usb_says_so():
    with uketsuke.Bench(reader="face", bind={"reader": f"exec:{EXAMPLES / 'reader.py'}"}) as bench:
        reaches: list[Callable[[], object]] = [
            lambda: bench.usb.control(0x80, GET_DESCRIPTOR, DEVICE << 8, 0, 18),
            lambda: bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus"}), bench.usb.reset]
        for reach in reaches:
            with pytest.raises(uketsuke.TransferError) as raised:
                reach()
            assert raised.value.reason == "no_usb"
