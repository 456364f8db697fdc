"""`uketsuke regress` and --release, with the real program on a copy of the data."""

import json
import os
import pathlib
import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import BASELINE, ERROR, FAIL, PASS, USAGE

SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
RELEASE = "2024-12"
PINNED = "our model of the seed, not the ministry's system"
PINNED_JA = "シードに対する当方のモデルを固定するもの"


@pytest.fixture
def data(program):
    """A copy of the data with the hospital flow only, and a baseline of it."""
    folder = program.folder / "data"
    shutil.copytree(SCENARIOS, folder)
    shutil.rmtree(folder / "faults", ignore_errors=True)
    shutil.rmtree(folder / "sweeps", ignore_errors=True)
    accepted = regress(program, folder, "--accept")
    assert accepted.returncode == PASS, accepted.stdout[-2000:] + accepted.stderr
    return folder


def regress(program, data, *arguments, release=RELEASE, env=None):
    return program("regress", "--release", release, "--out", "out", *arguments,
                   env={"UKETSUKE_DATA": str(data), "SOURCE_DATE_EPOCH": "1735689600",
                        **(env or {})})


def report(program):
    return json.loads((program.folder / "out/regress.json").read_text(encoding="utf-8"))


def changed(program):
    return {row["name"]: row for row in report(program)["rows"] if row["change"] != "same"}


def junit(program):
    return ElementTree.parse(program.folder / "out/junit.xml").getroot()


def edit(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text, before
    path.write_text(text.replace(before, after), encoding="utf-8")


def one(rows, name):
    return next(row for key, row in rows.items() if key.startswith(name))


P3 = "p3_emergency_reception_on_the_reader"


def test_what_was_accepted_is_the_same_on_any_number_of_workers(program, data):
    for jobs in ("1", "2"):
        done = regress(program, data, "-j", jobs)
        assert done.returncode == PASS, done.stdout[-2000:]
        assert PINNED in done.stdout
        assert changed(program) == {}
    assert PINNED_JA in regress(program, data, "--lang", "ja").stdout
    assert PINNED in (data / "releases" / RELEASE / "baseline.txt").read_text(encoding="utf-8")
    assert PINNED in report(program)["statement"]["en"]


def test_accepting_again_changes_no_byte_and_leaves_what_was_typed(program, data):
    folder = data / "releases" / RELEASE
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert regress(program, data, "--accept").returncode == PASS
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_changed_feature_names_scenario_step_and_what_the_roles_do_otherwise(program, data):
    edit(data / "releases" / f"{RELEASE}.yaml", "visual_passcode: {enabled: true",
         "visual_passcode: {enabled: false")
    done = regress(program, data)
    assert done.returncode == BASELINE
    row = one(changed(program), P3)
    assert row["change"] == "new-fail" and row["step"] == "P3-1"
    reader = [d for d in row["differences"] if d["role"] == "face_reader" and d["step"] == "P3-1"]
    assert "- shows passcode_entry" in reader[0]["lines"]
    assert "not_in_release" in " ".join(reader[0]["lines"])
    assert P3 in done.stdout and "- shows passcode_entry" in done.stdout
    # What was typed from the seed notices it without any baseline.
    assert any(unmet["row"] == "P3-1" for unmet in row["unmet"])


def test_new_gone_and_moved_rows_are_told(program, data):
    flow = data / "hospital_flow"
    source = flow / f"{P3}.yaml"
    copy = flow / "another_p3.yaml"
    copy.write_text(source.read_text(encoding="utf-8").replace(f"scenario: {P3}",
                                                               "scenario: another_p3"),
                    encoding="utf-8")
    (flow / "two_receptions_of_a_card_with_a_random_pupi.yaml").unlink()
    assert regress(program, data).returncode == BASELINE
    kinds = {re.sub(r"\[.*", "", name): row["change"] for name, row in changed(program).items()}
    assert kinds == {"another_p3": "new", "two_receptions_of_a_card_with_a_random_pupi": "gone"}


def test_some_scenarios_can_be_compared_but_not_accepted(program, data):
    assert regress(program, data, "--only", P3).returncode == PASS
    assert len(report(program)["rows"]) == 2
    assert regress(program, data, "--only", P3, "--accept").returncode == USAGE


def test_a_scenario_that_deviates_is_new_fail_and_cannot_be_accepted(program, data):
    edit(data / "hospital_flow" / f"{P3}.yaml", "consent: declined, eligibility: checked",
         "consent: granted, eligibility: checked")
    before = (data / "releases" / RELEASE / "baseline.txt").read_bytes()
    assert regress(program, data).returncode == BASELINE
    row = one(changed(program), P3)
    assert row["change"] == "new-fail" and row["step"] == "P3-4" and row["verdict_now"] == "fail"
    refused = regress(program, data, "--accept")
    assert refused.returncode == ERROR and P3 in refused.stderr
    assert (data / "releases" / RELEASE / "baseline.txt").read_bytes() == before


def test_a_known_deviation_is_expected_until_it_expires_or_goes_away(program, data):
    edit(data / "hospital_flow" / f"{P3}.yaml", "consent: declined, eligibility: checked",
         "consent: granted, eligibility: checked")
    known = data / "releases" / RELEASE / "known_deviations.yaml"
    entry = f"{{id: KD-1, scenario: {P3}, reason: {{ja: 試験, en: a test}}, expires: 2025-01-31}}"
    known.write_text(f"known_deviations: [{entry}]\n", encoding="utf-8")
    assert regress(program, data, "--today", "2025-01-31").returncode == PASS
    assert one(changed(program), P3)["change"] == "xfail"
    assert junit(program).get("failures") == "0" and int(junit(program).get("skipped")) > 0
    assert "KD-1: a test" in (program.folder / "out/regress.txt").read_text(encoding="utf-8")
    late = regress(program, data, "--today", "2025-02-01")
    assert late.returncode == ERROR and "KD-1" in late.stdout
    assert "KD-1" in ElementTree.tostring(junit(program), encoding="unicode")
    # The wall clock is replaced by SOURCE_DATE_EPOCH: 2025-02-02.
    assert regress(program, data, env={"SOURCE_DATE_EPOCH": "1738454400"}).returncode == ERROR
    edit(data / "hospital_flow" / f"{P3}.yaml", "consent: granted, eligibility: checked",
         "consent: declined, eligibility: checked")
    gone = regress(program, data, "--today", "2025-01-31")
    assert gone.returncode == BASELINE and "take the entry KD-1 out" in gone.stdout
    assert one(changed(program), P3)["change"] == "xpass"
    assert int(junit(program).get("failures")) > 0


def test_nothing_is_accepted_while_a_row_of_the_seed_has_no_typed_expectation(program, data):
    typed = data / "releases" / RELEASE / "seed_expectations.yaml"
    text = typed.read_text(encoding="utf-8")
    typed.write_text(re.sub(r"  - row: P3-4 .*?(?=  - row: )", "", text, flags=re.S),
                     encoding="utf-8")
    refused = regress(program, data, "--accept")
    assert refused.returncode == ERROR and "P3-4" in refused.stderr
    assert regress(program, data).returncode == PASS  # comparing is possible all the same


def test_a_typed_expectation_that_is_not_met_names_row_and_step(program, data):
    edit(data / "releases" / RELEASE / "seed_expectations.yaml",
         '"face_reader: shows passcode_entry"', '"face_reader: shows place_card"')
    assert regress(program, data).returncode == BASELINE
    row = one(changed(program), P3)
    assert row["change"] == "new-fail"
    assert {"P3-1"} <= {unmet["row"] for unmet in row["unmet"]}
    assert {"P3-1"} == {unmet["step"] for unmet in row["unmet"]}


def relabel(data):
    edit(data / "screens" / "face_reader.yaml", "en: Staff}", "en: Staff button}")


def test_a_changed_label_is_told_once_and_fails_in_every_report(program, data):
    assert regress(program, data).returncode == PASS
    assert junit(program).get("failures") == "0"
    relabel(data)
    done = regress(program, data)
    assert done.returncode == BASELINE
    rows = changed(program)
    assert len(rows) > 10
    assert f"same difference in {len(rows)} rows:" in done.stdout
    assert done.stdout.count("+ face_reader/initial") == 1 and len(done.stdout.splitlines()) < 20
    text = (program.folder / "out/regress.txt").read_text(encoding="utf-8")
    assert text.count("+ face_reader/initial") == 1
    assert junit(program).get("failures") == str(len(rows))
    assert junit(program).get("errors") == "0"
    failure = next(junit(program).iter("failure"))
    assert "new-fail" in failure.get("message") and "first at desk" in failure.get("message")
    assert "- face_reader/initial" in failure.text and "+ face_reader/initial" in failure.text
    page = (program.folder / "out/report.html").read_text(encoding="utf-8")
    assert "+ face_reader/initial" in page and "new-fail" in page
    japanese = regress(program, data, "--lang", "ja").stdout
    assert "same（基準と同じ）" in japanese and f"{len(rows)} 件で同じ相違" in japanese


def test_accepting_says_what_was_accepted(program, data):
    relabel(data)
    assert regress(program, data).returncode == BASELINE
    count = len(changed(program))
    (data / "hospital_flow" / "two_receptions_of_a_card_with_a_random_pupi.yaml").unlink()
    done = regress(program, data, "--accept")
    assert done.returncode == PASS, done.stdout + done.stderr
    told = re.search(r"changed: (\d+), new: 0, gone: (\d+); accepted", done.stdout)
    assert 0 < int(told[1]) <= count and int(told[2]) > 0
    assert "new-fail" not in done.stdout
    assert regress(program, data).returncode == PASS


def test_without_a_baseline_nothing_is_compared(program, data):
    (data / "releases" / RELEASE / "baseline.txt").unlink()
    done = regress(program, data)
    assert done.returncode == ERROR and done.stdout == ""
    assert f"there is no baseline yet for {RELEASE}" in done.stderr and "--accept" in done.stderr
    assert "基準がまだありません" in regress(program, data, "--lang", "ja").stderr
    for more in ((), ("--accept",)):  # what was never typed cannot be accepted either
        done = regress(program, data, *more, release="planned")
        assert done.returncode == ERROR and "planned/seed_expectations.yaml" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert regress(program, data, "--accept").returncode == PASS


def test_a_mistake_in_a_typed_file_has_its_place_and_the_right_word(program, data):
    known = data / "releases" / RELEASE / "known_deviations.yaml"
    entry = "{id: KD-1, scenario: x, reason: {ja: a, en: b}, expires: 2025-01-31}"
    for wrong, right, place, said, said_ja in (
            ("2025-01-31", "31/01/2025", ":1:77:", "not a day", "日付ではありません"),
            ("expires", "expire", ":1:68:", "did you mean expires", "expires"),
            ("scenario: x, ", "", ":1:20:", "scenario is missing", "scenario がありません")):
        known.write_text(f"known_deviations: [{entry.replace(wrong, right)}]\n", encoding="utf-8")
        done = regress(program, data)
        assert done.returncode == ERROR and done.stdout == ""
        assert f"known_deviations.yaml{place}" in done.stderr and said in done.stderr
        assert "internal" not in done.stderr
        assert said_ja in regress(program, data, "--lang", "ja").stderr


def test_files_that_do_not_load_are_told_once_and_nothing_is_gone(program, data):
    edit(data / "screens" / "terminal.yaml", "ja: マイナンバーカードで確認",
         "ja: マイナカードで確認")
    done = regress(program, data)
    assert done.returncode == ERROR
    assert done.stdout.count("no such button of the terminal; did you mean") == 1
    assert "step:" not in done.stdout and "no such step" not in done.stdout
    assert "gone" not in {row["change"] for row in changed(program).values()}
    assert int(junit(program).get("errors")) > 0


def test_a_release_that_is_not_there_is_told_with_each_once(program):
    done = program("run", SCENARIOS / "hospital_flow", "--release", "2099",
                   env={"UKETSUKE_DATA": str(SCENARIOS)})
    assert done.returncode == USAGE
    assert done.stderr.count("2024-12") == 1 and done.stderr.count("planned") == 1


def test_a_broken_baseline_or_an_unknown_release_is_told(program, data):
    baseline = data / "releases" / RELEASE / "baseline.txt"
    baseline.write_text(baseline.read_text(encoding="utf-8")[:3000], encoding="utf-8")
    done = regress(program, data)
    assert done.returncode in (ERROR, BASELINE)
    baseline.write_text("nonsense\n", encoding="utf-8")
    done = regress(program, data)
    assert done.returncode == ERROR and "line 1" in done.stderr
    typed = data / "releases" / RELEASE / "seed_expectations.yaml"
    edit(typed, "happy_paths:", "happy_pats:")
    done = regress(program, data)
    assert done.returncode == ERROR and "seed_expectations.yaml" in done.stderr
    assert "internal" not in done.stderr
    assert regress(program, data, release="2031-01").returncode == USAGE
    assert regress(program, data, "--today", "tomorrow").returncode == USAGE


def test_a_row_that_cannot_be_run_is_an_error_of_that_row_only(program, data):
    (data / "hospital_flow" / "broken.yaml").write_text("uketsuke: 1\nscenario: broken\n",
                                                        encoding="utf-8")
    done = regress(program, data)
    assert done.returncode == ERROR
    assert one(changed(program), "broken")["verdict_now"] == "error"
    assert len(changed(program)) == 1


def test_the_release_does_what_its_baseline_says(program):
    """If this was meant: `uketsuke regress --release 2024-12 --accept`, and read the diff."""
    done = regress(program, SCENARIOS, "-j", "2")
    assert done.returncode == PASS, done.stdout[-6000:] + done.stderr


def test_run_under_a_release_leaves_out_what_does_not_hold_for_it(program):
    flow = SCENARIOS / "hospital_flow"
    env = {"UKETSUKE_DATA": str(SCENARIOS)}
    assert program("run", flow, "--release", "planned", "--out", "out", env=env).returncode == PASS
    results = {s["name"]: s for s in program.results()["scenarios"]}
    refused = one(results, "emergency_view_refused_after_identity_by_four_items")
    assert refused["verdict"] == "none" and "planned" in json.dumps(refused)
    planned = one(results, "emergency_view_without_the_card_in_the_planned_release")
    assert planned["verdict"] == "pass"
    assert {s["release"] for s in results.values()} == {"planned"}
    listed = program("list", flow, "--release", "planned", env=env).stdout
    assert "emergency_view_without_the_card" in listed
    assert "emergency_view_refused_after_identity_by_four_items" not in listed
    assert program("run", flow, "--release", "2031-01", env=env).returncode == USAGE
