"""Properties over sequences that Hypothesis makes, and shrinks when one breaks them.

    pytest python/examples/test_properties.py
"""
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import uketsuke

few = settings(max_examples=25, deadline=None, derandomize=True,
               suppress_health_check=[HealthCheck.too_slow])


@st.composite
def walks(draw: st.DrawFn, procedure: str) -> uketsuke.Walk:
    """What people may do in any order; nobody does what hands cannot."""
    walk = uketsuke.Walk(procedure, two_factors=draw(st.booleans()))
    for act in draw(st.lists(st.sampled_from(uketsuke.Walk.alphabet(procedure)), max_size=20)):
        if act in walk.possible:
            walk.take(act)
    return walk


@few
@given(walks("p3"))
def test_the_desk_agrees_with_the_reference_model_of_p3(walk: uketsuke.Walk) -> None:
    played = walk.play()
    assert played.ok, f"{played.disagreement}\n{walk.to_yaml()}"


@few
@given(walks("p5"))
def test_the_desk_agrees_with_the_reference_model_of_p5(walk: uketsuke.Walk) -> None:
    assert walk.play().ok


@few
@given(st.lists(st.sampled_from(["000000", "123456", "999999", "12", "issued"]), max_size=4))
def test_nobody_is_identified_without_the_right_passcode(codes: list[str]) -> None:
    with uketsuke.Bench(page="P3") as bench:
        bench.expect(screen="initial")
        for code in codes:
            if bench.reader.screen != "initial":
                break
            bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
            bench.reader.enter_passcode(code)
            bench.run(3)
        if bench.reader.screen == "passcode_entry":  # a code that is too short changes nothing
            bench.reader.press("cancel", expect={"screen": "initial"})
        if bench.reader.mode == "visual_confirmation":
            assert "issued" in codes
        else:
            bench.card.place(by="family", expect={"screen": "auth_method"})
            bench.check(emergency_view="refused")
