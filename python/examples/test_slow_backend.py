"""A sweep: a backend that answers late must never leave a half-made record.

    pytest python/examples/test_slow_backend.py
"""
import pytest

import uketsuke


@pytest.mark.parametrize("step", ["the card", "the consent"])
@pytest.mark.parametrize("delay", [0.5, 5.0, 9.0, 11.0, 30.0])
def test_the_patient_is_received_or_nothing_is_recorded(delay: float, step: str) -> None:
    first = {"the card": 4, "the consent": 6}[step]  # the wait for the consent screen is step 5
    late = {"wire": "network", "from": "backend", "kind": "delay", "starts": {"step": first},
            "stops": {"step": first + 1}, "delay_us": int(delay * 1e6)}
    with uketsuke.Bench(id="slow_backend", page="P3", faults=[late]) as bench:
        bench.reader.press("職員用ボタン", id="P3-1", expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued", id="P3-2", expect={"screen": "place_card"})
        bench.reader.compare_photo("match", id="P3-3")
        bench.card.place(by="family", id="P3-3")
        bench.run_until(lambda: bench.reader.screen in ("consent", "failed"), within=90)
        if bench.reader.screen == "consent":
            bench.reader.press("同意しない", by="family", id="P3-4")
            bench.run_until(lambda: bench.reader.screen in ("take_card", "failed"), within=90)
        received = bench.reader.screen == "take_card"
        bench.card.remove(by="family", id="P3-5", expect={"screen": "initial"})
        bench.check(backend={"eligibility_checks": ["hanako"] if received else []})
        if received:
            bench.check(emergency_view="returned", ordinary_view="refused")
    assert delay < 10 or not received  # the terminal waits 10 s for an answer
