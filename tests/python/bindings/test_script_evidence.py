"""Cases of scripts in a bundle of `certify`: taken in and marked as told, never computed again."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

SCRIPT = '''
import pytest
import uketsuke

@pytest.mark.requirement("{rule}")
def test_button(bench):
    """The staff button."""
    bench.reader.press("職員用ボタン", by="reception_staff", expect={{"screen": "{screen}"}})

@pytest.mark.applies("slots > 5")
def test_many_slots(bench):
    raise AssertionError

def test_of_no_bench():
    assert uketsuke.run
'''


class Desk:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        (folder / "claims.yaml").write_text("uketsuke_claims: 1\n")

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL")}
        return subprocess.run([sys.executable, "-m", *words], cwd=self.folder, text=True,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def session(self, screen: str = "passcode_entry", rule: str = "P3-1") -> None:
        tests = self.folder / "tests"
        tests.mkdir(exist_ok=True)
        (tests / "test_desk.py").write_text(SCRIPT.format(screen=screen, rule=rule),
                                            encoding="utf-8")
        self.call("pytest", "-p", "no:cacheprovider", "--uketsuke-out", "told")

    def certify(self, *more: str, out: str = "run",
                reader: str = "face_reader") -> subprocess.CompletedProcess[str]:
        return self.call("uketsuke", "certify", "--reader", f"model:{reader}", "--claims",
                         "claims.yaml", "--only", "DSC", "--out", out, "--scripts", "told", *more)

    def results(self, out: str = "run") -> Any:
        return json.loads((self.folder / out / "results.json").read_text(encoding="utf-8"))

    def scripts(self, out: str = "run") -> dict[str, Any]:
        return {case["id"]: case for case in self.results(out)["cases"]
                if case["id"].startswith("script:")}


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path)


def test_cases_of_scripts_stand_beside_the_catalogue(desk: Desk) -> None:
    desk.session()
    said = desk.certify()
    assert said.returncode == 0, said.stdout
    told = desk.scripts()
    assert set(told) == {"script:test_desk.py::test_button", "script:test_desk.py::test_many_slots"}
    case = told["script:test_desk.py::test_button"]
    assert case["attested_by"] == ["script:tests/test_desk.py"] and case["verdict"] == "pass"
    assert case["title"]["en"] == "The staff button." and case["rules"] == ["P3-1"]
    assert "slots = 1" in told["script:test_desk.py::test_many_slots"]["not_applicable"]["en"]
    conclusion = desk.results()["conclusion"]
    assert "attested by script" in json.dumps(conclusion, ensure_ascii=False)
    page = (desk.folder / "run/report.html").read_text(encoding="utf-8")
    assert "script:tests/test_desk.py" in page


def test_a_bench_that_could_not_be_made_is_no_case_less(desk: Desk) -> None:
    (desk.folder / "tests").mkdir()
    (desk.folder / "tests/test_desk.py").write_text(
        "import uketsuke\ndef test_broken(): uketsuke.Bench(seed=-1)\n", encoding="utf-8")
    desk.call("pytest", "-p", "no:cacheprovider", "--uketsuke-out", "told")
    said = desk.certify()
    assert said.returncode != 0, said.stdout
    case = desk.scripts()["script:test_desk.py::test_broken"]
    assert case["verdict"] == "error" and "-1" in case["reason"]["en"], case
    assert desk.call("uketsuke", "verify", "run").returncode == 0


def test_verify_says_what_a_script_attests_and_runs_nothing(desk: Desk) -> None:
    desk.session()
    desk.certify()
    (desk.folder / "tests/test_desk.py").write_text("raise SystemExit('executed')")
    said = desk.call("uketsuke", "verify", "run")
    assert said.returncode == 0 and "executed" not in said.stdout, said.stdout
    assert "attested by script" in said.stdout
    report = json.loads(desk.call("uketsuke", "verify", "run", "--json").stdout)
    assert report["recomputed"]["attested_by_script"] == 2
    assert report["recomputed"]["differs"] == 0


def test_a_deviation_that_a_script_found_is_a_deviation(desk: Desk) -> None:
    desk.session(screen="consent")
    said = desk.certify()
    assert said.returncode == 1 and "mandatory cases that deviate: 1" in said.stdout, said.stdout
    finding, = desk.scripts()["script:test_desk.py::test_button"]["findings"]
    assert (finding["rule"], finding["file"]) == ("P3-1", "test_desk.py") and finding["line"] > 1
    assert finding["expected"]["en"] == "reader screen = consent"
    assert desk.call("uketsuke", "verify", "run").returncode == 0


def test_what_a_script_found_good_is_no_ground_for_a_conclusion(desk: Desk) -> None:
    desk.session()
    without, with_scripts = "a", "b"
    desk.call("uketsuke", "certify", "--reader", "model:face_reader", "--claims", "claims.yaml",
              "--only", "DSC", "--out", without)
    desk.certify(out=with_scripts)
    texts = [json.dumps(desk.results(out), ensure_ascii=False) for out in (without, with_scripts)]
    for text in texts:
        assert "no_deviation_in_part" in text


def test_a_verdict_of_a_script_that_is_no_longer_marked_is_found(desk: Desk) -> None:
    desk.session()
    desk.certify()
    results = desk.results()
    for case in results["cases"]:
        if case["id"].startswith("script:"):
            case["attested_by"] = []
    (desk.folder / "run/results.json").write_text(json.dumps(results, ensure_ascii=False),
                                                  encoding="utf-8")
    manifest = json.loads((desk.folder / "run/manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        data = (desk.folder / "run" / entry["name"]).read_bytes()
        entry["size"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    (desk.folder / "run/manifest.json").write_text(json.dumps(manifest, ensure_ascii=False),
                                                   encoding="utf-8")
    said = desk.call("uketsuke", "verify", "run")
    assert said.returncode == 1
    assert "script:test_desk.py::test_button: computed again: a script's case that is not " \
           "marked" in said.stdout, said.stdout


def test_a_public_copy_keeps_the_mark_and_no_folder(desk: Desk) -> None:
    desk.session(screen="consent")
    desk.certify()
    assert desk.call("uketsuke", "publish", "run", "--out", "public").returncode == 0
    assert desk.scripts("public")["script:test_desk.py::test_button"]["attested_by"] == ["script"]
    text = (desk.folder / "public/results.json").read_text(encoding="utf-8")
    assert "tests/" not in text
    assert desk.call("uketsuke", "verify", "public", "--full", "run").returncode == 0


PROGRAMS = '''
import uketsuke

class Robot(uketsuke.Panel):
    name = "the robot"

class Mute(uketsuke.Card):
    pass

def test_card():
    generic = {"reader": "generic", "reader_profile": "clean_tpdu"}
    with uketsuke.Bench(**generic, bind={"card": Mute()}) as bench:
        bench.card.place()
        bench.attest("it lies there", True)

def test_panel():
    with uketsuke.Bench(bind={"panel": Robot()}) as bench:
        bench.reader.press("職員用ボタン", by="reception_staff")

def test_other_profile():
    with uketsuke.Bench(reader="generic", reader_profile="clean_short_apdu") as bench:
        bench.attest("nothing of this reader", False)
'''


def test_what_another_device_did_is_listed_and_does_not_count(desk: Desk) -> None:
    desk.session(screen="consent")  # the face-auth reader deviates
    said = desk.certify(reader="clean_tpdu")
    assert said.returncode == 0, said.stdout
    assert "not of this device: a result of model:face_reader" in said.stdout
    case = desk.scripts()["script:test_desk.py::test_button"]
    assert case["outcome"] == "not_applicable" and case["findings"] == []
    assert case["attested_by"] == ["script:tests/test_desk.py"]
    assert desk.call("uketsuke", "verify", "run").returncode == 0


@pytest.mark.parametrize("reader, of_it, by", [
    ("clean_tpdu", "test_card", "card=script:Mute"),
    ("face_reader", "test_panel", "panel=script:the robot")])
def test_a_card_or_a_panel_in_python_is_not_the_device(desk: Desk, reader: str, of_it: str,
                                                       by: str) -> None:
    (desk.folder / "tests").mkdir()
    (desk.folder / "tests/test_desk.py").write_text(PROGRAMS, encoding="utf-8")
    desk.call("pytest", "-p", "no:cacheprovider", "--uketsuke-out", "told")
    said = desk.certify(reader=reader)
    assert said.returncode == 0, said.stdout
    told = desk.scripts()
    assert {name.rpartition("::")[2]: case["outcome"] for name, case in told.items()} == {
        "test_card": "not_applicable", "test_panel": "not_applicable",
        "test_other_profile": "not_applicable", of_it: "pass"}
    case = told[f"script:test_desk.py::{of_it}"]
    assert case["attested_by"] == ["script:tests/test_desk.py", by]
    other = told["script:test_desk.py::test_other_profile"]
    assert "not of this device: a result of model:clean_short" in other["not_applicable"]["en"]
    assert desk.call("uketsuke", "verify", "run").returncode == 0
    assert desk.call("uketsuke", "publish", "run", "--out", "public").returncode == 0
    assert desk.call("uketsuke", "verify", "public", "--full", "run").returncode == 0


@pytest.mark.parametrize("change, why", [
    ({"produced_by": "reader=usb:1209:0001 panel=operator card=operator",
      "reader": "1209:0001:0100:UKETSUKE-TPDU"}, "a result of 1209:0001:0100"),
    ({"reader": ""}, "it does not say of which reader (model)"),
    ({"reader": "model:face_reader_2"}, "a result of model:face_reader_2"),
    ({"requirements": ["P9-9"], "reader": "model:clean_tpdu"}, "a result of model:clean_tpdu")])
def test_a_result_names_its_reader(desk: Desk, change: dict[str, Any], why: str) -> None:
    desk.session()
    path = desk.folder / "told/results.json"
    results = json.loads(path.read_text(encoding="utf-8"))
    for case in results["scenarios"]:
        if case["id"] == "test_button":
            assert case["reader"] == "model:face_reader"
            case.update(change)
    path.write_text(json.dumps(results), encoding="utf-8")
    said = desk.certify()
    assert said.returncode == 0 and f"not of this device: {why}" in said.stdout, said.stdout
    assert desk.call("uketsuke", "verify", "run").returncode == 0


@pytest.mark.parametrize("change, said", [
    (lambda case: case.update(requirements=["P9-9"]), "there is no requirement P9-9"),
    (lambda case: case.update(verdict="splendid"), "no verdict splendid"),
    (lambda case: case.pop("attested_by"), "there is no case of a script")])
def test_what_cannot_be_told_of_this_reader_is_refused(desk: Desk, change: Any, said: str) -> None:
    desk.session()
    path = desk.folder / "told/results.json"
    results = json.loads(path.read_text(encoding="utf-8"))
    results["scenarios"] = [s for s in results["scenarios"] if s["verdict"] == "pass"
                            and s["produced_by"] == "model"]
    for case in results["scenarios"]:
        change(case)
    path.write_text(json.dumps(results), encoding="utf-8")
    told = desk.certify()
    assert told.returncode == 5 and said in told.stdout, told.stdout
    assert not (desk.folder / "run").exists()
