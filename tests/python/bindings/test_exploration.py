"""Exploration from Python: sequences of the reference models, played on the desk."""

import os
import signal
import threading
import time

import pytest

import uketsuke
from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st


def test_an_exploration_tells_what_was_walked():
    p3, p5 = uketsuke.explore(["p3", "p5"], runs=60, seed=4)
    assert p3.ok and p5.ok
    assert (p3.procedure, p3.runs, p5.procedure) == ("p3", 60, "p5")
    assert 0 < p3.states_seen < p3.states
    again = uketsuke.explore("p3", runs=60, seed=4, jobs=2)[0]
    assert (again.acts, again.states_seen) == (p3.acts, p3.states_seen)
    assert uketsuke.explore("p3", runs=60, seed=5)[0].acts != p3.acts


def test_an_unknown_procedure_is_refused():
    with pytest.raises(uketsuke.Error, match="p3, p4"):
        uketsuke.explore("p6")
    with pytest.raises(uketsuke.Error, match="beginning"):
        uketsuke.Walk("p3", start=99)


def test_a_walk_is_played_and_replays_as_a_scenario():
    walk = uketsuke.Walk("p3", acts=["press staff_button", "enter_passcode issued",
                                     "place_card hanako", "press declined"])
    assert "screen take_card" in walk.state
    played = walk.play()
    assert played.ok and played.identified
    assert "enter_passcode: issued" in walk.to_yaml("a_walk")
    assert "scenario: a_walk" in walk.to_yaml("a_walk")


def test_nobody_does_what_hands_cannot():
    walk = uketsuke.Walk("p3", acts=["place_card hanako"])
    assert "place_card taro" not in walk.possible
    with pytest.raises(uketsuke.Error, match="cannot"):
        walk.take("place_card taro")
    with pytest.raises(uketsuke.Error, match="no such act"):
        walk.take("fly")


def test_hypothesis_shrinks_a_walk_to_what_matters():
    """The shortest way to be identified, found from random walks, is that of P3 itself."""

    alphabet = uketsuke.Walk.alphabet("p3")

    @st.composite
    def walks(draw):
        walk = uketsuke.Walk("p3")
        for act in draw(st.lists(st.sampled_from(alphabet), max_size=20)):
            if act in walk.possible:
                walk.take(act)
        return walk

    shortest = find(walks(), lambda walk: bool(walk.play().identified),
                    settings=settings(max_examples=20_000, deadline=None, derandomize=True,
                                      database=None, suppress_health_check=list(HealthCheck)))
    assert shortest.play().ok
    assert len(shortest.acts) == 3


def test_ctrl_c_stops_an_exploration():
    def interrupt():
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        uketsuke.explore("p3", runs=1_000_000)
    assert time.monotonic() - begin < 20
    assert uketsuke.explore("p3", runs=3)[0].ok
