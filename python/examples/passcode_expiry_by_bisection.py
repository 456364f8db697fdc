"""Until which age is a visual passcode (P3-n4) taken? A question that YAML cannot ask.

The seed does not say how long a passcode is valid (A-20): it is a parameter of the bench.
"""
import uketsuke

DAY = 86_400
LIFETIME = 90 * DAY


def is_taken(age: int) -> bool:
    """Whether a passcode that was issued so many seconds ago switches the mode."""
    given = {"backend": {"visual_passcode": "issued", "visual_passcode_age": age,
                         "passcode_lifetime": LIFETIME}}
    with uketsuke.Bench(id=f"passcode_of_age_{age}", page="P3", given=given) as bench:
        bench.reader.press("職員用ボタン", by="reception_staff", id="P3-1",
                           expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued", by="reception_staff", id="P3-2")
        bench.run_until(lambda: bench.reader.screen in ("place_card", "initial"), within=20)
        return bench.reader.screen == "place_card"


young, old = 0, 1000 * DAY
assert is_taken(young) and not is_taken(old)
while old - young > 1:
    middle = (young + old) // 2
    young, old = (middle, old) if is_taken(middle) else (young, middle)
assert abs(young - LIFETIME) < 10  # it ages while staff go to the reader and type
print(f"a visual passcode is taken for {young / DAY:.3f} days")
