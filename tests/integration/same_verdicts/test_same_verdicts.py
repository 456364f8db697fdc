"""P3, P4 and P5 with the reader as a model in process, over USB/IP, behind libusb on the emulated
usbfs, and P5 behind pcscd and libccid. The scenario runs in one process, the served reader in
another; panel and card slot are reached by the hands protocol only. Verdicts are equal, and so is
what passed on each pipe of the first three."""

import json
import pathlib
import re
import subprocess

import pytest

from components import environment
from desk import Desk, list_for_libccid, start_pcscd_for

SPEED = 8  # simulated seconds in a second: time-outs of 3 s leave a busy machine 0.4 s
FLOW = "hospital_flow"
P3 = "p3_emergency_reception_on_the_reader"
P4 = "p4_emergency_reception_begun_in_the_general_account"
P5 = "p5_emergency_reception_from_the_general_account"
READER = {P3: "face_reader", P4: "face_reader", P5: "clean_extended_apdu"}
IDS = {"face_reader": "1209:0005", "clean_extended_apdu": "1209:0003"}
# What is compared; interrupt polls come when they come.
PIPES = {"ccid bulk-out", "ccid bulk-in", "link bulk-out", "link bulk-in", "command", "response"}


def release_of(start, uketsuke, folder):
    """Key and digest that release hanako's card, as a user gets them."""
    served = start(uketsuke, "serve", "--usbip", "127.0.0.1:0", "--reader", "clean_tpdu",
                   "--cards", "hanako", "--place", "hanako", "--speed", str(SPEED))
    served.says("usbip:")
    port = re.search(r"usbip: 127\.0\.0\.1:(\d+)", served.said())[1]
    said = subprocess.run([uketsuke, "identify", "--bind", f"reader=usbip:127.0.0.1:{port}/1-1"],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=60,
                          env=environment(folder))
    served.end()
    return re.search(r"release: (\{.*\})", said.stdout)[1]


def bench_file(folder, release, bind):
    path = pathlib.Path(folder) / "bench.yaml"
    path.write_text(f"uketsuke_bench: 1\nbind: {json.dumps(bind)}\nspeed: {SPEED}\n"
                    f"cards: {{hanako: {{simulated: true, release: {release}}}}}\n")
    return path


def play(uketsuke, folder, scenario, bench, env=None):
    """Rows of the results, and of each row what passed on each pipe, decoded."""
    out = folder / "out"
    data = pathlib.Path(environment(folder)["UKETSUKE_DATA"])
    done = subprocess.run([uketsuke, "run", data / FLOW / f"{scenario}.yaml", "--bench", bench,
                           "--keep-journals", "--out", out], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=100,
                          env={**environment(folder), **(env or {})})
    assert (out / "results.json").exists(), done.stdout
    results = json.loads((out / "results.json").read_text())["scenarios"]
    assert results, done.stdout
    return results, [pipes(out / row["journal_path"]) for row in results]


def pipes(journal):
    found = {}
    for line in journal.read_text().splitlines():
        record = json.loads(line)
        if record.get("wire") not in ("usb", "session") or record["pipe"] not in PIPES:
            continue
        if "time extension" not in record["decoded"]:
            # A card's challenge is random: so is what answers it (EXTERNAL AUTHENTICATE, INS 82).
            decoded = re.sub(r" 00820000[0-9a-f.]*\(", " 00820000(", record["decoded"])
            # Messages are counted since their sender was switched on.
            decoded = re.sub(r"^(event|request|response) \d+", r"\1", decoded)
            found.setdefault(record["pipe"], []).append(decoded)
    return found


def verdicts(results):
    return [(row["variant"], row["verdict"],
             [(step["seed_id"], step["title"], step["verdict"], step.get("observed"))
              for step in row["steps"]]) for row in results]


def usbip(start, uketsuke, reader):
    served = start(uketsuke, "serve", "--usbip", "127.0.0.1:0", "--hands", "0", "--reader", reader,
                   "--cards", "hanako", "--speed", str(SPEED))
    served.says("hands:")
    at = dict(re.findall(r"(usbip|hands): (127\.0\.0\.1:\d+)", served.said()))
    return {"reader": f"usbip:{at['usbip']}/1-1", "panel": f"hands:{at['hands']}"}, None


def usbfs(start, folder, reader):
    desk = Desk(start, folder, reader,
                options=("--no-card", "--hands", "0", "--speed", str(SPEED)))
    desk.host.says("hands:")
    hands = re.search(r"hands: (127\.0\.0\.1:\d+)", desk.host.said())[1]
    return desk, {"reader": f"usb:{IDS[reader]}", "panel": f"hands:{hands}"}


@pytest.mark.parametrize("scenario", [P3, P4, P5])
def test_over_every_route(scenario, start, tmp_path, uketsuke):
    release = release_of(start, uketsuke, tmp_path)
    runs = {}
    for route in ("model", "usbip", "usb"):
        folder = tmp_path / route
        folder.mkdir()
        env, bind = None, {"reader": "model"}
        if route == "usbip":
            bind, env = usbip(start, uketsuke, READER[scenario])
        if route == "usb":
            desk, bind = usbfs(start, folder, READER[scenario])
            env = desk.env
        results, journals = play(uketsuke, folder, scenario, bench_file(folder, release, bind),
                                 env)
        runs[route] = verdicts(results), journals
    assert {row[1] for row in runs["model"][0]} == {"pass"}
    for route in ("usbip", "usb"):
        assert runs[route][0] == runs["model"][0], route
        for mine, models in zip(runs[route][1], runs["model"][1]):
            assert set(mine) == set(models)
            for pipe, messages in models.items():
                assert mine[pipe] == messages, f"{route}: {pipe}"


def test_p5_behind_pcscd_and_libccid(start, tmp_path, uketsuke):
    release = release_of(start, uketsuke, tmp_path)
    model = tmp_path / "model"
    model.mkdir()
    wanted, _ = play(uketsuke, model, P5, bench_file(model, release, {"reader": "model"}))
    list_for_libccid(tmp_path, IDS[READER[P5]])
    desk, bind = usbfs(start, tmp_path, READER[P5])
    start_pcscd_for(start, tmp_path, desk)
    bind["reader"] = "pcsc:uketsuke reader"
    results, journals = play(uketsuke, tmp_path, P5, bench_file(tmp_path, release, bind))
    assert verdicts(results) == verdicts(wanted)
    for row, journal in zip(results, journals):
        # What pcscd hides is told, and nothing else is claimed to have been seen.
        assert any("CCID" in warning["en"] for warning in row["warnings"]), row["warnings"]
        assert set(journal) == {"command", "response"}
        assert row["produced_by"].startswith("reader=pcsc:uketsuke reader")
    assert all(step.get("attested_by") for row in results for step in row["steps"]
               if "place" in step["title"]["en"])
