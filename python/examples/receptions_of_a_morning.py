"""A queue of patients at one reader, each with another card; then what the records say of each."""
import uketsuke

CARDS = ["hanako", "taro", "revoked", "expired", "hanako"]

with uketsuke.Bench(id="receptions_of_a_morning", reader="face",
                    given={"card": "hanako", "cards": sorted(set(CARDS)),
                           "backend": {"visual_passcode": "issued"}}) as bench:
    received = []
    for holder in CARDS:
        bench.reader.press("職員用ボタン", by="reception_staff", expect={"screen": "passcode_entry"})
        bench.reader.enter_passcode("issued", by="reception_staff", expect={"screen": "place_card"})
        bench.reader.compare_photo("match", by="reception_staff")
        bench.card.place(holder, by="family")
        bench.run_until(lambda: bench.reader.screen in ("consent", "failed"), within=30)
        if bench.reader.screen == "consent":
            bench.reader.press("同意しない", by="family", expect={"screen": "take_card"})
            received.append(holder)
        print(f"{bench.now:7.1f} s  {holder:8}  {bench.reader.screen}  {bench.reader.message}")
        bench.card.remove(by="family", expect={"screen": "initial", "mode": "face_authentication"})
    bench.check(backend={"eligibility_checks": received})
assert received == ["hanako", "taro", "hanako"], received
print(bench.result)
