"""P3: 顔認証付きカードリーダー上で目視確認モードに切り替え、「同意しない」で受付する."""
import uketsuke

with uketsuke.Bench(release="2024-12", reader="face", page="P3") as bench:
    reader, card = bench.reader, bench.card
    reader.press("職員用ボタン", by="reception_staff", id="P3-1", expect={"screen": "passcode_entry"})
    reader.enter_passcode("issued", by="reception_staff", id="P3-2")
    bench.expect(mode="visual_confirmation", screen="place_card")
    reader.compare_photo("match", by="reception_staff", id="P3-3")
    card.place(by="family", id="P3-3", expect={"identity": "confirmed", "by": "A-27"})
    bench.expect(screen="consent", id="P3-n2")
    reader.press("同意しない", by="family", id="P3-4", expect={"consent": "declined"})
    card.remove(by="family", id="P3-5", expect={"screen": "initial", "by": "A-29"})
    bench.check(ordinary_view="refused", emergency_view="returned")
print(bench.result)
