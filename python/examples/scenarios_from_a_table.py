"""Scenario files from a table, saved, read back and run: YAML for QA, made in Python."""
import pathlib
import tempfile

import uketsuke

WHO_PLACES = ["family", "aide", "reception_staff"]
CONSENT = {"同意する": "granted", "同意しない": "declined"}


def scenario(placer: str, button: str) -> uketsuke.Scenario:
    consent = CONSENT[button]
    return uketsuke.Scenario({
        "uketsuke": 1,
        "scenario": f"p3_{placer}_{consent}",
        "title": {"ja": f"P3：{placer} がカードを置き「{button}」", "en": f"P3: {placer}, {consent}"},
        "seed": "P3",
        "bench": {"reader": "face"},
        "given": {"backend": {"visual_passcode": "issued"}, "card": "hanako"},
        "steps": [
            {"id": "P3-1", "do": {"press": "職員用ボタン"}, "expect": {"screen": "passcode_entry"}},
            {"id": "P3-2", "do": {"enter_passcode": "issued"}, "expect": {"screen": "place_card"}},
            {"id": "P3-3", "who": placer, "do": "place_card", "expect": {"screen": "consent"}},
            {"id": "P3-4", "who": placer, "do": {"press": button}, "expect": {"consent": consent}},
            {"id": "P3-5", "who": placer, "do": "remove_card", "expect": {"screen": "initial"}},
        ],
        "then": {"emergency_view": "returned"},
    })


with tempfile.TemporaryDirectory() as folder:
    for who in WHO_PLACES:
        for label in CONSENT:
            scenario(who, label).save(folder)
    print((pathlib.Path(folder) / "p3_family_declined.yaml").read_text(encoding="utf-8"))
    results = uketsuke.run(folder)
print(results)
assert len(results) == 6 and results.ok
