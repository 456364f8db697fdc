"""Cards in Python: they answer in place of a modelled card, at the instant of the command."""

import gc
import typing
import weakref

import pytest

import uketsuke
from test_bench import kick, p3
from uketsuke import Verdict

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


class Counts(uketsuke.Card):
    bench: uketsuke.Bench

    def __init__(self):
        self.apdus = []
        self.told = []

    def transmit(self, apdu):
        self.apdus.append(apdu)
        return super().transmit(apdu)

    def powered_on(self):
        self.told.append("on")

    def powered_down(self):
        self.told.append("down")


class WithoutJpki(uketsuke.Card):
    def transmit(self, apdu):
        if apdu == SELECT_JPKI or apdu[:2] == b"\x00\xa4" and apdu[5:15] == SELECT_JPKI[5:15]:
            return b"\x6a\x82"
        return super().transmit(apdu)


def test_a_card_that_counts_its_commands_changes_nothing_else():
    card = Counts()
    with uketsuke.Bench(release="2024-12", bind={"card": card}) as bench:
        p3(bench)
    with uketsuke.Bench(release="2024-12") as alone:
        p3(alone)
    assert bench.result.verdict is Verdict.PASS
    assert bench.result.journal_digest == alone.result.journal_digest
    assert len(card.apdus) > 3 and any(apdu[:2] == b"\x00\xa4" for apdu in card.apdus)
    assert card.told[0] == "on" and card.told[-1] == "down"
    assert bench.result.produced_by == "model card=script:Counts"
    assert alone.result.produced_by == "model"


def test_a_card_without_jpki_is_refused_as_a_foreign_card_is():
    with uketsuke.Bench(release="2024-12", bind={"card": WithoutJpki()}) as bench:
        bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued", expect={"mode": "visual_confirmation"})
        bench.card.place(expect={"identity": "refused"})
    foreign = {"card": {"holder": "foreign"}, "backend": {"visual_passcode": "issued"}}
    with uketsuke.Bench(release="2024-12", given=foreign) as real:
        real.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
        real.reader.enter_passcode("issued", expect={"mode": "visual_confirmation"})
        real.card.place(expect={"identity": "refused"})
    assert bench.result.verdict is real.result.verdict is Verdict.PASS
    assert bench.reader.message == real.reader.message != ""


def test_windows_of_a_run_change_no_journal():
    class Slow(uketsuke.Card):
        def transmit(self, apdu):
            answer = self.modelled(apdu)
            return uketsuke.Response(answer, answer.seconds + 0.0123)

    def journal(windows):
        with uketsuke.Bench(bind={"card": Slow()}) as bench:
            bench.reader.press("職員用ボタン")
            bench.reader.enter_passcode("issued", expect={"mode": "visual_confirmation"})
            bench.card.place()  # the terminal reads it from now on
            for _ in range(windows):
                bench.run(3.0 / windows)
        assert bench.seen("identity") == "confirmed"
        return bench.result.journal_digest

    assert journal(1) == journal(3000)


def test_work_time_is_simulated_time():
    class Works(uketsuke.Card):
        seconds = 0.0

        def transmit(self, apdu):
            return uketsuke.Response(b"\x90\x00", self.seconds)

    def took(seconds):
        card = Works()
        card.seconds = seconds
        with uketsuke.Bench(reader="generic", bind={"card": card}) as bench:
            bench.card.place()
            bench.run(1)
            begin = bench.now
            assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"
            return bench.now - begin

    assert took(0.5) - took(0.0) == pytest.approx(0.5, abs=0.1)


def test_what_a_card_raises_comes_out_as_it_is_and_the_bench_goes_on():
    class Raises(uketsuke.Card):
        broken = True

        def transmit(self, apdu):
            if self.broken:
                raise LookupError("no such answer")
            return super().transmit(apdu)

    card = Raises()
    with uketsuke.Bench(reader="generic", bind={"card": card}) as bench:
        bench.card.place()
        bench.run(1)
        with pytest.raises(LookupError, match="no such answer") as raised:
            bench.card.transmit(SELECT_JPKI)
        assert raised.traceback[-1].name == "transmit"
        card.broken = False
        bench.run(1)
        assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"
        answers = [record.data for record in bench.journal.messages("session")
                   if record.pipe == "response"]
        assert answers[0] == b"\x6f\x00"


@pytest.mark.parametrize("answer, error", [
    ("9000", TypeError), (b"\x90", ValueError), (b"\x00" * 70000, ValueError), (9000, TypeError),
    (uketsuke.Response(b"\x90\x00", -1), ValueError),
    (uketsuke.Response(b"\x90\x00", typing.cast(typing.Any, "x")), TypeError)],
    ids=["text", "one byte", "too long", "number", "before it was asked", "no time"])
def test_an_answer_that_is_no_response_is_an_error(answer, error):
    class Wrong(uketsuke.Card):
        def transmit(self, apdu):
            return answer

    with uketsuke.Bench(reader="generic", bind={"card": Wrong()}) as bench:
        bench.card.place()
        bench.run(1)
        with pytest.raises(error, match="Card.transmit") as caught:
            bench.card.transmit(SELECT_JPKI)
        assert isinstance(caught.value, uketsuke.ArgumentError) and not caught.value.ja.isascii()


def test_a_card_has_an_atr_of_its_own_at_the_contacts():
    class Own(uketsuke.Card):
        atr = bytes.fromhex("3B80800101")

    with uketsuke.Bench(reader="generic", reader_profile="clean_tpdu",
                        bind={"card": Own()}) as bench:
        bench.card.place()
        bench.run(1)
        assert bench.card.connect() == Own.atr
        assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"


def test_cards_of_two_people_and_one_who_is_not_there():
    hanako, taro = Counts(), Counts()
    given = {"cards": [{"holder": "hanako"}, {"holder": "taro"}]}
    with uketsuke.Bench(reader="generic", given=given,
                        bind={"card": {"hanako": hanako, "taro": taro}}) as bench:
        bench.card.place("taro")
        bench.run(1)
        bench.card.transmit(SELECT_JPKI)
    assert len(taro.apdus) == 1 and not hanako.apdus
    with pytest.raises(uketsuke.Error, match="no card of nobody .*hanako"):
        uketsuke.Bench(bind={"card": {"nobody": Counts()}})


def test_a_card_cannot_drive_its_bench_and_can_look_at_it():
    class Looks(uketsuke.Card):
        bench: uketsuke.Bench

        def __init__(self):
            self.seen = []

        def transmit(self, apdu):
            self.seen.append((self.bench.now, self.bench.card.lying, len(self.bench.journal) > 0))
            with pytest.raises(uketsuke.Error, match="is running"):
                self.bench.run(1)
            with pytest.raises(uketsuke.Error, match="is running"):
                self.bench.card.transmit(SELECT_JPKI)
            return super().transmit(apdu)

    card = Looks()
    with uketsuke.Bench(reader="generic", bind={"card": card}) as bench:
        card.bench = bench
        bench.card.place()
        bench.run(1)
        begin = bench.now
        bench.card.transmit(SELECT_JPKI)
    (now, lying, journal), = card.seen
    assert begin <= now and lying == "hanako" and journal


def test_the_modelled_card_answers_only_while_a_command_is_being_answered():
    card = Counts()
    with pytest.raises(uketsuke.Error, match="at no bench"):
        card.transmit(SELECT_JPKI)
    with uketsuke.Bench(reader="generic", bind={"card": card}) as bench:
        bench.card.place()
        bench.run(1)
        for _ in range(2):
            with pytest.raises(uketsuke.Error, match="only within transmit"):
                card.transmit(SELECT_JPKI)
            assert bench.card.transmit(SELECT_JPKI) == b"\x90\x00"


def test_a_card_that_knows_its_bench_is_freed_with_it():
    card = Counts()
    bench = uketsuke.Bench(bind={"card": card})
    card.bench = bench
    gone = weakref.ref(bench)
    del bench, card
    gc.collect()
    assert gone() is None


def test_ctrl_c_reaches_a_card_that_never_ends():
    class Thinks(uketsuke.Card):
        def transmit(self, apdu):
            while True:
                pass

    with uketsuke.Bench(reader="generic", bind={"card": Thinks()}) as bench:
        bench.card.place()
        bench.run(1)
        kick(0.2)
        with pytest.raises(KeyboardInterrupt):
            bench.card.transmit(SELECT_JPKI)
    assert bench.result.verdict is not Verdict.ERROR
