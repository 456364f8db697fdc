"""Panels in Python: they do the case's deeds, or not, and act by themselves at one instant."""

import typing

import pytest

import uketsuke
from test_bench import kick, p3
from uketsuke import Verdict


class Robot(uketsuke.Panel):
    def __init__(self):
        self.done = []
        self.screens = []

    def press(self, control):
        self.done.append(control)
        return super().press(control)

    def compare_photo(self, match):
        self.done.append(match)
        return super().compare_photo(match)

    def shown(self, display):
        self.screens.append(display.screen)


class ToAndFro(uketsuke.Panel):
    """Presses the staff button as soon as it sees it, and leaves the next screen again."""

    def __init__(self, times):
        self.times = times

    def shown(self, display):
        if self.times and display.screen in ("initial", "passcode_entry"):
            self.times -= 1
            self.press("staff_button" if display.screen == "initial" else "中止")


def test_a_panel_that_only_does_the_deeds_changes_nothing_and_attests_them():
    robot = Robot()
    with uketsuke.Bench(release="2024-12", bind={"panel": robot}) as bench:
        p3(bench)
    with uketsuke.Bench(release="2024-12") as alone:
        p3(alone)
    assert bench.result.verdict is Verdict.PASS
    assert bench.result.journal_digest == alone.result.journal_digest
    assert robot.done == ["staff_button", True, "declined"]
    assert robot.screens[:3] == ["not_connected", "initial", "passcode_entry"]
    assert bench.result.steps[0].attested_by == "script Robot"
    assert alone.result.steps[0].attested_by == ""
    assert bench.result.produced_by == "model panel=script:Robot"


def test_a_panel_that_presses_by_itself_goes_through_p3_alone():
    class Declines(uketsuke.Panel):
        name = "the patient's daughter"

        def shown(self, display):
            if display.screen == "consent":
                assert "declined" in display.controls
                self.press("同意しない")

    with uketsuke.Bench(release="2024-12", bind={"panel": Declines()}) as bench:
        bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued")
        bench.expect(mode="visual_confirmation")
        bench.reader.compare_photo("match")
        bench.card.place(by="family", expect={"identity": "confirmed"})
        bench.expect(consent="declined", eligibility="checked")
        bench.card.remove(by="family")
    assert bench.result.verdict is Verdict.PASS, bench.result
    assert bench.result.steps[0].attested_by == "script the patient's daughter"


def test_what_a_panel_does_happens_at_the_instant_at_which_it_sees_something():
    class Presses(ToAndFro):
        bench: uketsuke.Bench

        def __init__(self):
            super().__init__(1)
            self.at = {}

        def shown(self, display):
            self.at[display.screen] = self.bench.now if hasattr(self, "bench") else 0.0
            super().shown(display)

    panel = Presses()
    panel.times = 0
    with uketsuke.Bench(bind={"panel": panel}) as bench:
        panel.bench, panel.times = bench, 1
        bench.reader.press("職員用ボタン")
        bench.run(1)
    assert panel.at["passcode_entry"] == panel.at["initial"] > 0


def test_windows_of_a_run_change_no_journal():
    def journal(windows):
        with uketsuke.Bench(bind={"panel": ToAndFro(10)}) as bench:
            bench.card.place()
            for _ in range(windows):
                bench.run(1.0 / windows)
        return bench.result.journal_digest

    assert journal(1) == journal(1000)


@pytest.mark.parametrize("answer, verdict, error", [
    (uketsuke.Impossible("手が届かない", "out of reach"), Verdict.FAIL, uketsuke.Deviation),
    (uketsuke.Undecided("見ていない"), Verdict.INCONCLUSIVE, uketsuke.Inconclusive)])
def test_a_deed_that_is_refused_or_not_known(answer, verdict, error):
    class Refuses(uketsuke.Panel):
        def press(self, control):
            return answer

    with pytest.raises(error) as raised:
        with uketsuke.Bench(bind={"panel": Refuses()}) as bench:
            bench.reader.press("職員用ボタン")
    assert raised.value.step.observed.en.startswith(answer.en)
    assert raised.value.step.attested_by == ""
    assert bench.result.verdict is verdict


def test_a_deed_answers_with_nothing_else():
    class Talks(uketsuke.Panel):
        def press(self, control):
            return "done"

    with uketsuke.Bench(bind={"panel": Talks()}) as bench:
        with pytest.raises(uketsuke.ArgumentError, match="None, Impossible or Undecided") as caught:
            bench.reader.press("職員用ボタン")
        assert isinstance(caught.value, TypeError) and "いずれか" in caught.value.ja


def test_what_a_panel_passes_on_is_looked_at_and_told_at_its_line():
    class Slips(uketsuke.Panel):
        def press(self, control):
            return typing.cast(typing.Any, super()).press(7)

        def show_face(self, score):
            return super().show_face(1001)

    acts: list[typing.Callable[[uketsuke.Bench], object]] = [
        lambda bench: bench.reader.press("職員用ボタン"),
        lambda bench: bench.reader.show_face("match")]
    for act in acts:
        with uketsuke.Bench(bind={"panel": Slips()}) as bench:
            with pytest.raises(uketsuke.ArgumentError, match="is a str|0 to 1000") as caught:
                act(bench)
            assert caught.value.file == __file__ and not caught.value.ja.isascii()


def test_a_class_in_place_of_an_object_is_told_as_such():
    bind: typing.Any
    for bind in ({"panel": uketsuke.Panel}, {"card": uketsuke.Card}):
        with pytest.raises(uketsuke.ArgumentError, match=r"not its class: \w+\(\)"):
            uketsuke.Bench(bind=bind)
    with pytest.raises(uketsuke.ArgumentError, match="bind Card as card"):
        uketsuke.Bench(bind={"panel": uketsuke.Card()})


def test_what_a_panel_raises_comes_out_as_it_is_and_the_bench_goes_on():
    class Raises(uketsuke.Panel):
        blind = False

        def shown(self, display):
            if self.blind:
                raise LookupError("dark")

    panel = Raises()
    with uketsuke.Bench(bind={"panel": panel}) as bench:
        panel.blind = True
        with pytest.raises(LookupError, match="dark"):
            bench.reader.press("職員用ボタン")
        panel.blind = False
        bench.run(1)
        assert bench.reader.screen == "passcode_entry"


def test_ping_pong_at_one_instant_is_a_livelock_and_python_goes_on():
    bench = uketsuke.Bench(bind={"panel": (panel := ToAndFro(0))})
    panel.times = -1
    with pytest.raises(uketsuke.Livelock):
        bench.reader.press("職員用ボタン")
    assert bench.finish().verdict is Verdict.ERROR
    with uketsuke.Bench(release="2024-12") as another:
        p3(another)
    assert another.result.verdict is Verdict.PASS


def test_ctrl_c_ends_a_ping_pong_and_python_goes_on():
    class Slowly(ToAndFro):
        def shown(self, display):
            if self.times:
                sum(range(2000))
            super().shown(display)

    bench = uketsuke.Bench(bind={"panel": (panel := Slowly(0))})
    panel.times = -1
    kick(0.1)
    with pytest.raises(KeyboardInterrupt):
        bench.reader.press("職員用ボタン")
    with uketsuke.Bench(release="2024-12") as another:
        p3(another)
    assert another.result.verdict is Verdict.PASS


def test_a_panel_needs_a_face_auth_reader_that_is_a_model():
    with pytest.raises(uketsuke.Error, match="no panel"):
        uketsuke.Bench(reader="generic", bind={"panel": Robot()})
    with pytest.raises(uketsuke.Error, match="at no bench"):
        Robot().press("staff_button")
