"""Reader, card, network and program pulled at every step of P5 and P3: a verdict each time that
says what happened, and the next scenario passes. `./dev soak` does the same two hundred times."""

import os

import pytest

import damage
from pull import P3, P5, SLOWNESS, Series, plan_of

# Simulated seconds in a second: a step that waits for what does not come takes 60 of them.
SPEED = 100 / SLOWNESS
ROUNDS = 5
GROWTH_KB = 2048  # the allocator takes a megabyte at a time


def carry_out(expected, plan, folder):
    share, shares = map(int, os.environ["PULL_SHARE"].split("/"))
    series = Series(os.environ["UKETSUKE"], os.environ["UKETSUKE_DATA"], folder, expected,
                    plan[share::shares], SPEED)
    assert not series.problems, "\n".join(series.problems)
    assert not series.leaks(GROWTH_KB)


@pytest.mark.parametrize("name", ["P5", "P3"])
def test_whatever_is_pulled_the_verdict_says_so_and_the_next_scenario_passes(name, tmp_path):
    expected = {"P5": P5, "P3": P3}[name]
    carry_out(expected, plan_of(expected, ROUNDS), tmp_path)


def test_a_hostile_peer_is_never_a_hang_a_crash_or_a_leak(tmp_path):
    # While the card is read, most is said.
    carry_out(P5, [(fault, P5.placed) for fault in damage.faults()], tmp_path)
