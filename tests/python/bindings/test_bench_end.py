"""What is left of a bench that has ended, and what is free again then."""

import gc
import os
import pathlib
import signal
import threading
from collections.abc import Callable

import pytest

import uketsuke
from test_raw import EXAMPLES, served as served  # a fixture
from uketsuke import Verdict


def open_files() -> list[str]:
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # that of the listing itself
            continue
    return sorted(found)


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def children() -> list[str]:
    return [child for task in pathlib.Path("/proc/self/task").iterdir()
            for child in (task / "children").read_text().split()]


def test_benches_that_are_held_after_their_end_leave_the_reader_to_the_next(served):
    uketsuke.Bench().finish()  # what is opened once in a process is open now
    files, running = open_files(), threads()
    held = []
    for _ in range(2):  # the server has one client at a time
        bench = uketsuke.Bench(reader="generic", bench_file=served)
        assert threads() > running and open_files() != files
        assert len(bench.usb.control(0x80, 6, 0x0100, 0, 18)) == 18
        bench.finish()
        held.append(bench)
        assert (threads(), open_files()) == (running, files)
    for bench in held:
        assert any(record.wire == "usb" for record in bench.journal)
        assert bench.now > 0


def test_a_bench_that_cannot_be_prepared_leaves_its_reader_although_the_error_is_held(served):
    files, running = open_files(), threads()
    with pytest.raises(uketsuke.NotApplicable) as caught:
        uketsuke.Bench(bench_file=served)  # it is no face-auth reader
    assert caught.value.en and (threads(), open_files()) == (running, files)


def test_a_program_in_place_of_the_reader_ends_with_the_bench():
    before = children()
    bench = uketsuke.Bench(bind={"reader": f"exec:{EXAMPLES / 'reader.py'}"})
    assert len(children()) > len(before)
    bench.finish()
    assert children() == before and len(bench.journal) > 0


def test_what_could_be_read_before_the_end_can_be_read_after_it():
    bench = uketsuke.Bench(bind={"panel": uketsuke.Panel()})
    bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
    bench.card.place()
    bench.run(1)

    def all_of_it() -> list[object]:
        words = [row["name"] for row in uketsuke._core.expectations()]
        return [[bench.seen(word) for word in words], bench.now, bench.card.lying, bench.used,
                bench.reader.screen, bench.terminal.screen, bench.ehr.screen]

    before, records = all_of_it(), list(bench.journal)
    told = bench.finish()
    after = list(bench.journal)
    assert after[:len(records)] == records
    assert all_of_it() == before and bench.reader.screen == "passcode_entry"
    assert bench.finish() is told is bench.result
    assert bench.journal[-1] == after[-1] and list(bench.journal.messages("usb"))


ACTS: list[Callable[[uketsuke.Bench], object]] = [
    lambda bench: bench.run(1), lambda bench: bench.run_until(lambda: True),
    lambda bench: bench.expect(screen="initial"), lambda bench: bench.reader.press("x"),
    lambda bench: bench.check(reader={"screen": "initial"}), lambda bench: bench.attest("x", True),
    lambda bench: bench.usb.control(0x80, 6, 0x0100, 0, 18), lambda bench: bench.usb.detach(),
    lambda bench: bench.card.transmit(b"\x00\x84\x00\x00\x08")]


@pytest.mark.parametrize("act", ACTS)
def test_who_acts_at_a_bench_that_has_ended_is_told_at_the_line(act):
    bench = uketsuke.Bench()
    bench.finish()
    with pytest.raises(uketsuke.Error, match="this bench is closed") as caught:
        act(bench)
    assert (caught.value.file, caught.value.line > 0) == (__file__, True)


def bindings() -> list[Callable[[], dict[str, object]]]:
    panel, card, two = uketsuke.Panel(), uketsuke.Card(), uketsuke.Card()
    return [lambda: {"panel": panel}, lambda: {"card": card}, lambda: {"card": {"hanako": two}}]


@pytest.mark.parametrize("bind", bindings())
def test_a_panel_or_a_card_is_at_one_bench_at_a_time(bind):
    first = uketsuke.Bench(bind=bind())
    with pytest.raises(uketsuke.BenchError, match="is at a bench already; finish") as caught:
        uketsuke.Bench(bind=bind())
    assert caught.value.file == __file__ and "finish()" in caught.value.ja
    first.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
    first.finish()
    second = uketsuke.Bench(bind=bind())
    second.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
    del second
    gc.collect()
    with uketsuke.Bench(bind=bind()) as third:
        third.expect(screen="initial")
    assert third.result.verdict is Verdict.PASS


def test_one_card_is_not_two_cards_of_one_bench():
    card = uketsuke.Card()
    with pytest.raises(uketsuke.BenchError, match="Card: this card is at a bench already"):
        uketsuke.Bench(bind={"card": {"hanako": card, "taro": card}})
    uketsuke.Bench(bind={"card": card})


def test_a_panel_that_acts_after_the_end_is_told():
    panel = uketsuke.Panel()
    with uketsuke.Bench(bind={"panel": panel}) as bench:
        bench.expect(screen="initial")
    with pytest.raises(uketsuke.Error, match="at no bench"):
        panel.press("staff_button")


def forked(work: Callable[[], object]) -> int:
    """What became of it in a process that was forked: 0 done, 7 refused with uketsuke.Error."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            work()
        except uketsuke.Error as error:
            os._exit(7 if "made before a fork" in error.en and not error.ja.isascii() else 8)
        except BaseException:
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_bound_bench_belongs_to_the_process_that_made_it(served):
    makers: list[Callable[[], uketsuke.Bench]] = [
        lambda: uketsuke.Bench(bind={"reader": f"exec:{EXAMPLES / 'reader.py'}"}),
        lambda: uketsuke.Bench(reader="generic", bench_file=served)]
    for make in makers:
        benches = [make()]
        assert forked(benches.clear) == 0
        for use in (lambda: benches[0].run(1), lambda: benches[0].finish(),
                    lambda: benches[0].card.transmit(b"\x00\x84\x00\x00\x08")):
            assert forked(use) == 7
        benches[0].run(.1)  # its program and its connection are there as before
        lives_on = os.fork()
        if lives_on == 0:
            signal.alarm(20)
            signal.pause()
        try:
            benches[0].finish()
            make().finish()
        finally:
            os.kill(lives_on, signal.SIGKILL)
            os.waitpid(lives_on, 0)


def test_a_bench_of_models_goes_on_in_a_process_that_was_forked():
    bench = uketsuke.Bench()
    assert forked(lambda: bench.expect(screen="initial")) == 0
    assert forked(lambda: bench.finish()) == 0
    bench.expect(screen="initial")
    assert bench.finish().verdict is Verdict.PASS


def test_of_several_threads_that_end_a_bench_one_tells_the_observers():
    class Observer:
        seen = 0

        def made(self, bench: uketsuke.Bench) -> None: ...

        def finished(self, bench: uketsuke.Bench) -> None:
            self.seen += 1

    observer = Observer()
    uketsuke.bench.observers.append(observer)
    try:
        for _ in range(20):
            bench = uketsuke.Bench()
            results: list[uketsuke.Result] = []
            ends = [threading.Thread(target=lambda: results.append(bench.finish()))
                    for _ in range(4)]
            for thread in ends:
                thread.start()
            for thread in ends:
                thread.join()
            assert len(results) == 4 and {id(result) for result in results} == {id(bench.result)}
    finally:
        uketsuke.bench.observers.remove(observer)
    assert observer.seen == 20


def test_a_second_bench_on_a_reader_that_is_in_use_is_told_by_whom(served):
    with uketsuke.Bench(reader="generic", bench_file=served) as first:
        with pytest.raises(uketsuke.BenchError, match="in use by another bench of this program"):
            uketsuke.Bench(reader="generic", bench_file=served)
        first.expect(reader="connected")


@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="it keeps what was freed")
def test_two_thousand_benches_with_programs_and_what_is_held_of_them_stay_small():
    def resident() -> int:
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4

    def play(times: int) -> None:
        for _ in range(times):
            with uketsuke.Bench(bind={"panel": uketsuke.Panel(), "card": uketsuke.Card()}) as bench:
                bench.expect(screen="initial")

    play(300)
    before = resident()
    play(1700)
    assert resident() - before < 4000  # KiB
