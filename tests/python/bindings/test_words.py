"""Which screens and buttons there are: what programs ask before they write a case."""

import typing

import pytest

import uketsuke
from test_bench import p3


def test_screens_and_buttons_are_those_that_a_bench_shows_and_takes():
    screens = uketsuke.screens("reader")
    with uketsuke.Bench() as bench:
        assert bench.reader.screen in screens
        assert screens["initial"].buttons == ("staff_button",)
        bench.reader.press(screens["initial"].buttons[0], expect={"screen": "passcode_entry"})
    staff = screens["initial"].controls[0]
    assert (staff.kind, staff.label) == ("button", uketsuke.Text("職員用ボタン", "Staff"))
    assert screens["consent"].title.ja and screens["consent"].title.en
    assert {"field", "secret field", "tick"} >= {
        one.kind for role in ("reader", "terminal", "ehr")
        for screen in uketsuke.screens(role).values() for one in screen.controls} - {"button"}


def test_every_screen_that_p3_shows_is_one_of_them():
    seen: dict[str, set[str]] = {"reader": set(), "terminal": set(), "ehr": set()}

    class Looks(uketsuke.Panel):
        def shown(self, display):
            seen["reader"].add(display.screen)
            controls = {one.id for one in uketsuke.screens("reader")[display.screen].controls}
            assert controls == set(display.controls)

    with uketsuke.Bench(bind={"panel": Looks()}) as bench:
        p3(bench)
        seen["terminal"].add(bench.terminal.screen)
        seen["ehr"].add(bench.ehr.screen)
    assert len(seen["reader"]) > 4
    for role, shown in seen.items():
        assert shown <= set(uketsuke.screens(role))


def test_messages_are_those_that_can_be_expected():
    assert uketsuke.messages("reader")["completion_message"].ja
    for role in ("reader", "terminal", "ehr"):
        for text in uketsuke.messages(role).values():
            assert text.ja and text.en


def test_every_screen_and_every_button_can_be_written_in_a_case():
    with uketsuke.Bench() as bench:
        for screen in uketsuke.screens("reader").values():
            try:
                bench.expect(screen=screen.id, within=0.001)
            except uketsuke.Deviation:  # another one is shown; the word is known
                pass
            for button in screen.buttons:
                try:
                    bench.reader.press(button, expect={"refused": "not_offered"})
                except uketsuke.Deviation:
                    pass


def test_a_role_without_screens_is_told_with_those_that_have_some():
    with pytest.raises(uketsuke.ArgumentError, match="did you mean terminal") as caught:
        uketsuke.screens("terminl")
    assert caught.value.file == __file__ and "terminal" in caught.value.ja
    with pytest.raises(uketsuke.ArgumentError):
        uketsuke.messages(typing.cast(str, 5))


def test_the_title_of_an_act_without_a_value_has_no_place_for_one():
    with uketsuke.Bench() as bench:
        placed = bench.card.place()
        taken = bench.card.remove()
        signed_in = bench.ehr.sign_in()
    assert (placed.title.ja, placed.title.en) == ("マイナ保険証を置く", "places the card")
    assert taken.title.en == "takes the card out"
    assert signed_in.title.en == "signs in at the EHR"
    assert signed_in.title.ja == "電子カルテにログインする"
