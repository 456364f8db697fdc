"""A reader behind USB/IP, a card that this run may or may not use (sim/guard/README.md)."""

import os
import pathlib
import re

import pytest

SCENARIO = "hospital_flow/p5_ordinary_reception_with_viewing_consent_ticked.yaml"
RELEASE = re.compile(r"release: (\{key: [0-9a-f]{32}, digest: [0-9a-f]{64}\})")
SPEED = 4  # simulated seconds in a second
REFUSED = "not applicable: card not released"


class Desk:
    """Our reader and cards in another process; `program` in front of them."""

    def __init__(self, start, run, program, *place):
        self._run, self._program = run, program
        served = start(program, "serve", "--usbip", "127.0.0.1:0", "--hands", "127.0.0.1:0",
                       "--speed", SPEED,
                       "--reader", "clean_tpdu", "--cards", "hanako", "taro", *place)
        served.says("hands: ")
        said = dict(re.findall(r"(?m)^(usbip|hands): (\S+)", served.said()))
        self.reader, self.hands = f"usbip:{said['usbip']}/1-1", f"hands:{said['hands']}"

    def identify(self, holder):
        done = self._run(self._program, "identify", "--bind", f"reader={self.reader}",
                         "--bind", f"panel={self.hands}", "--bind", f"card={self.hands}",
                         "--holder", holder, "--seconds", "10")
        assert done.returncode == 0, done.stdout + done.stderr
        return RELEASE.search(done.stdout + done.stderr)[1]

    def run(self, folder, card):
        bench = folder / "bench.yaml"
        bench.write_text(f'uketsuke_bench: 1\nspeed: {SPEED}\n'
                         f'bind: {{reader: "{self.reader}", panel: "{self.hands}", '
                         f'card: "{self.hands}"}}\ncards:\n  taro: {card}\n', encoding="utf-8")
        scenario = pathlib.Path(os.environ["UKETSUKE_DATA"]) / SCENARIO
        done = self._run(self._program, "run", scenario, "--bench", bench, "--keep-journals",
                         "--out", folder / "out", "--lang", "en")
        [journal] = (folder / "out" / "journal").iterdir()
        return done, journal.read_text(encoding="utf-8")


@pytest.fixture
def desk(start, run, uketsuke):
    return lambda *place: Desk(start, run, uketsuke, *place)


def cryptograms(journal):
    """Commands of the terminal authentication and of signing that went over USB."""
    return re.findall(r'"wire":"usb"[^\n]*(SET PUBLIC IC KEY|COMPUTE DIGITAL SIGNATURE)', journal)


def test_a_card_without_a_release_is_not_used(desk, tmp_path):
    done, journal = desk().run(tmp_path, "{describe: {ja: カード, en: a card}}")
    assert done.returncode == 2, done.stdout + done.stderr
    assert REFUSED in done.stdout and "READ BINARY" in done.stdout
    assert "refused_by_guard" in journal and not cryptograms(journal)


def test_the_release_of_another_card_is_worth_nothing(desk, tmp_path):
    release = desk("--place", "hanako").identify("hanako")
    done, journal = desk().run(tmp_path, f"{{release: {release}}}")
    assert done.returncode == 2, done.stdout + done.stderr
    assert REFUSED in done.stdout
    assert "refused_by_guard" in journal and not cryptograms(journal)


def test_a_released_card_is_used_and_its_data_does_not_reach_the_journal(desk, tmp_path):
    release = desk("--place", "taro").identify("taro")
    done, journal = desk().run(tmp_path, f"{{release: {release}}}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert cryptograms(journal)
    der = pathlib.Path(os.environ["UKETSUKE_DATA"]) / "cards/fixtures/taro_auth.der"
    certificate = der.read_bytes().hex()
    for part in range(0, len(certificate) - 32, 32):
        assert certificate[part:part + 32] not in journal
    serial = "999999000000002".encode().hex()
    assert serial not in journal
