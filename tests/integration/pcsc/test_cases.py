"""The PC/SC cases of the catalogue, against pcscd and libccid on clean readers of ours; and layers
of PC/SC that deviate, each under the case that has to find it (pcsc_mutants.cpp)."""

import os
import re
import subprocess

from components import TIMEOUT_S, environment
from desk import LISTED, Desk, start_pcscd_for

SPEED = "100"
CONTACT = ("pcsc=true", "contactless=false", "pin_verify=false", "pin_modify=false",
           "idVendor=0x08e6", "idProduct=0x3437", "test_cards=true")


class Bench:
    def __init__(self, start, folder, profile, *facts, hands=True):
        options = ["--speed", SPEED, "--hands", "0"]
        self.desk = Desk(start, folder, f"{profile}@{LISTED},serial=S",
                         cards=("hanako", "taro", "plain_t1"), options=options)
        start_pcscd_for(start, folder, self.desk)
        self.folder, self.facts, self.reader = folder, facts, "Gemalto"
        said = re.search(r"hands: (\S+)", self.desk.host.said())
        self.hands = said[1] if hands and said else "-"

    def run(self, *words):
        done = subprocess.run([os.environ["PCSC_CASES"], os.environ["UKETSUKE_DATA"], self.reader,
                               self.hands, SPEED, *self.facts, *words], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              timeout=6 * TIMEOUT_S, env=environment(self.folder))
        print(done.stdout)
        assert done.returncode == 0, done.stdout
        return done.stdout


def outcomes(text):
    return dict(re.findall(r"(?m)^(PCS-\d\d) (\w+)", text))


def having(text, outcome):
    return {name for name, came in outcomes(text).items() if came == outcome}


def named(*numbers):
    return {f"PCS-{number:02}" for number in numbers}


# Without PCS-19, which takes forty insertions: it is run on the contactless reader.
CONTACT_CASES = sorted(named(*range(1, 19), 20))


def test_a_clean_reader_with_contacts_shows_no_deviation(start, tmp_path):
    done = Bench(start, tmp_path, "clean_tpdu", *CONTACT, "level=tpdu").run(*CONTACT_CASES)
    assert having(done, "not_applicable") == named(16, 17)
    assert having(done, "pass") == set(CONTACT_CASES) - named(16, 17)


def test_without_hands_what_needs_them_is_inconclusive(start, tmp_path):
    done = Bench(start, tmp_path, "clean_tpdu", *CONTACT, "level=tpdu", hands=False).run()
    assert having(done, "not_applicable") == named(16, 17)
    assert having(done, "inconc") == named(2, 6, 7, 8, 11, 12, 18, 19)
    assert having(done, "pass") == named(1, 3, 4, 5, 9, 10, 13, 14, 15, 20)
