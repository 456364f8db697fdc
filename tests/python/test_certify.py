"""`uketsuke certify` as a vendor uses it: plan, bundle, going on after an abort, running again."""

import fcntl
import json
import os
import re
import resource
import shutil
import signal
import time

import pytest

from conftest import ERROR, FAIL, PASS, USAGE

REFERENCE = ["clean_tpdu", "clean_short_apdu", "clean_extended_apdu", "clean_extended_apdu_contact",
             "everything", "face_reader"]
NOT_JUDGED = {"fail", "error", "none", "inconc"}


@pytest.fixture
def uketsuke(program):
    return program


def claims_of(uketsuke, reader):
    drafted = uketsuke("claims", f"model:{reader}")
    assert drafted.returncode == PASS, drafted.stderr
    return uketsuke.write("claims.yaml", drafted.stdout)


def certify(uketsuke, reader, *more, out="out", **options):
    claims = uketsuke.folder / "claims.yaml"
    if not claims.exists():
        claims_of(uketsuke, reader)
    return uketsuke("certify", "--reader", f"model:{reader}", "--claims", claims, "--out", out,
                    *more, **options)


def cases(uketsuke, out="out"):
    found = {}
    for case in json.loads((uketsuke.folder / out / "results.json").read_text())["cases"]:
        found.setdefault(case["id"], []).append(case)
    return found


@pytest.mark.parametrize("reader", REFERENCE)
def test_a_reference_reader_ends_without_deviation_and_its_bundle_verifies(uketsuke, reader):
    done = certify(uketsuke, reader)
    assert done.returncode == PASS, done.stdout + done.stderr
    assert "No deviation found among the" in done.stdout
    verdicts = {i: a[-1]["verdict"] for i, a in cases(uketsuke).items()
                if not a[-1].get("not_applicable")}
    assert not {i: v for i, v in verdicts.items() if v in NOT_JUDGED}
    assert len(verdicts) > 60
    verified = uketsuke("verify", "out")
    assert verified.returncode == PASS, verified.stdout + verified.stderr


def test_the_plan_says_what_will_be_done_and_does_nothing(uketsuke):
    done = certify(uketsuke, "clean_tpdu", "--plan")
    assert done.returncode == PASS
    head = re.search(r"plan: the claims and (\d+) cases, (\d+) applicable, about ([\d.]+) minutes, "
                     r"(\d+) card insertions", done.stdout)
    assert head and int(head[1]) > int(head[2]) > 0 and float(head[3]) > 0
    assert "not applicable: " in done.stdout
    assert not (uketsuke.folder / "out").exists()


def test_what_is_in_the_folder_already_is_not_overwritten(uketsuke):
    uketsuke.write("out/precious.txt", "kept")
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03")
    assert done.returncode == USAGE and "not empty" in done.stderr
    assert (uketsuke.folder / "out/precious.txt").read_text() == "kept"


def test_a_part_of_the_catalogue_says_that_it_is_a_part(uketsuke):
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03,DSC")
    assert done.returncode == PASS, done.stdout + done.stderr
    assert re.search(r"No deviation found among the mandatory ones of the \d+ cases", done.stdout)
    assert set(cases(uketsuke)) >= {"MSG-03", "DSC-01"}


def test_a_name_that_no_case_has_is_refused_with_the_nearest(uketsuke):
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-3")
    assert done.returncode in (USAGE, ERROR) and "MSG-03" in done.stderr


def test_claims_that_contradict_the_descriptor_fail(uketsuke):
    text = claims_of(uketsuke, "clean_tpdu").read_text()
    assert re.search(r"exchange_level: tpdu", text)
    uketsuke.write("claims.yaml", re.sub(r"exchange_level: tpdu", "exchange_level: short", text))
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03")
    assert done.returncode == FAIL
    assert "exchange_level" in done.stdout


def test_without_claims_or_with_no_reader_it_says_what_to_do(uketsuke):
    done = uketsuke("certify", "--reader", "model:clean_tpdu", "--out", "out")
    assert done.returncode == USAGE and "uketsuke claims" in done.stderr
    claims_of(uketsuke, "clean_tpdu")
    done = uketsuke("certify", "--reader", "model:clean_tdpu", "--claims", "claims.yaml", "--out",
                    "out")
    assert done.returncode != PASS and "clean_tpdu" in done.stderr


def test_an_interrupted_run_goes_on_where_it_was(uketsuke):
    claims = claims_of(uketsuke, "everything")
    arguments = ["certify", "--reader", "model:everything", "--claims", claims, "--out", "out"]
    running = uketsuke.start(*arguments)
    partial = uketsuke.folder / "out" / "traces"
    until = time.monotonic() + 60
    while len(list(partial.glob("*.jsonl"))) < 5 and time.monotonic() < until:
        assert running.poll() is None, running.communicate()
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGCONT):
        running.send_signal(number)
    output, _ = running.communicate(timeout=60)
    if running.returncode != ERROR:
        pytest.fail(f"it ended before it could be interrupted: {output}")
    assert "--resume" in output
    assert not (uketsuke.folder / "out/manifest.json").exists()
    done_before = {p.name for p in partial.glob("*.jsonl")}
    done = uketsuke(*arguments, "--resume")
    assert done.returncode == PASS, done.stdout + done.stderr
    assert done_before <= {p.name for p in partial.glob("*.jsonl")}
    assert not (uketsuke.folder / "out/results.partial.json").exists()
    assert all(len(attempts) == 1 for attempts in cases(uketsuke).values())
    assert uketsuke("verify", "out").returncode == PASS


def test_the_plan_of_a_run_that_goes_on_is_what_is_left(uketsuke):
    claims_of(uketsuke, "clean_tpdu")
    arguments = ["certify", "--reader", "mutant:m-abort-not-supported", "--claims", "claims.yaml",
                 "--only", "ABT,PWR,RCP", "--out", "out"]
    assert uketsuke(*arguments).returncode == FAIL
    results = json.loads((uketsuke.folder / "out/results.json").read_text(encoding="utf-8"))
    done = {c["id"] for c in results["cases"] if not c["id"].startswith("RCP")}
    deviate = sum(c["outcome"] == "fail" for c in results["cases"])
    again = uketsuke(*arguments, "--rerun-failed", "--plan").stdout
    assert f"plan: {len(results['cases'])} results are kept from before; left are {deviate} " \
           f"cases, {deviate} applicable" in again, again
    assert len(re.findall(r"(?m)^  ABT-\d+", again)) == deviate > 2
    shutil.rmtree(uketsuke.folder / "out")
    results["cases"] = [c for c in results["cases"] if c["id"] in done]
    uketsuke.write("out/results.partial.json", json.dumps(results, ensure_ascii=False))
    plan = uketsuke(*arguments, "--resume", "--plan")
    told = re.search(rf"plan: {len(done)} results are kept from before; left are 17 cases, (\d+) "
                     r"applicable, about ([\d.]+) minutes, (\d+) card insertions", plan.stdout)
    assert plan.returncode == PASS and told and 0 < int(told[1]) <= 17 and float(told[2]) > 0
    assert not re.search(r"(?m)^  (ABT|PWR)-", plan.stdout), plan.stdout
    assert sorted(p.name for p in (uketsuke.folder / "out").iterdir()) == ["results.partial.json"]
    run = uketsuke(*arguments, "--resume")
    assert plan.stdout.splitlines()[0] in run.stdout


def test_another_device_does_not_mend_what_deviated(uketsuke):
    claims_of(uketsuke, "clean_tpdu")
    bad = uketsuke("certify", "--reader", "mutant:m-abort-not-supported", "--claims", "claims.yaml",
                   "--only", "ABT", "--out", "out")
    assert bad.returncode == FAIL and "deviation" in bad.stdout
    good = certify(uketsuke, "clean_tpdu", "--rerun-failed")
    assert good.returncode == USAGE and "mutant:" in good.stderr
    again = uketsuke("certify", "--reader", "mutant:m-abort-not-supported", "--claims",
                     "claims.yaml", "--rerun-failed", "--out", "out")
    assert again.returncode == FAIL
    attempts = cases(uketsuke)["ABT-01"]
    assert [a["verdict"] for a in attempts] == ["fail", "fail"]
    assert uketsuke("verify", "out").returncode == PASS


def test_a_bundle_with_nothing_to_run_again_stays_as_it_is(uketsuke):
    assert certify(uketsuke, "clean_tpdu", "--only", "MSG-03").returncode == PASS
    before = {p.name: p.read_bytes() for p in (uketsuke.folder / "out").iterdir() if p.is_file()}
    again = certify(uketsuke, "clean_tpdu", "--only", "MSG-03", "--rerun-failed")
    assert again.returncode == PASS and "nothing to be run again; out stays" in again.stdout
    after = {p.name: p.read_bytes() for p in (uketsuke.folder / "out").iterdir() if p.is_file()}
    assert before == after


def test_a_comparison_with_a_part_of_the_catalogue_names_what_is_gone_in_one_line(uketsuke):
    certify(uketsuke, "clean_tpdu", "--only", "MSG,PWR,DSC")
    certify(uketsuke, "clean_tpdu", "--only", "MSG-03", out="part")
    said = uketsuke("compare", "out", "part")
    gone, = re.findall(r"(?m)^gone: (\d+) cases \(DSC-01, .*, \.\.\.\), which one", said.stdout)
    assert int(gone) > 40 and f"gone {gone}, same 2" in said.stdout
    assert len(said.stdout.splitlines()) < 10


def test_what_cannot_be_gone_on_with_is_refused(uketsuke):
    done = certify(uketsuke, "clean_tpdu", "--resume")
    assert done.returncode == USAGE and "nothing" in done.stderr


def wait_for_traces(running, folder, count):
    until = time.monotonic() + 60
    while len(list((folder / "traces").glob("*.jsonl"))) < count and time.monotonic() < until:
        assert running.poll() is None, running.communicate()
    return folder


@pytest.mark.parametrize("count", [1, 40, 120])
def test_a_run_that_was_killed_goes_on_and_loses_nothing(uketsuke, count):
    claims = claims_of(uketsuke, "everything")
    arguments = ["certify", "--reader", "model:everything", "--claims", claims, "--out", "out"]
    running = uketsuke.start(*arguments)
    out = wait_for_traces(running, uketsuke.folder / "out", count)
    running.kill()
    running.communicate()
    for name in (".report.html.tmp-4711", "traces/.MSG-01.jsonl.tmp-4711"):
        (out / name).write_text("half", encoding="utf-8")  # what it was writing then
    if not (out / "manifest.json").exists():
        assert (out / "results.partial.json").exists()
        done = uketsuke(*arguments, "--resume")
        assert done.returncode == PASS, done.stdout + done.stderr
        assert all(len(attempts) == 1 for attempts in cases(uketsuke).values())
        assert uketsuke("verify", "out").returncode == PASS


def test_a_bundle_that_could_not_be_written_keeps_what_was_done(uketsuke):
    certify(uketsuke, "clean_tpdu", "--only", "DSC", out="whole")
    page = (uketsuke.folder / "whole/report.html").stat().st_size
    small = (page - 1, page - 1)  # enough for all but the page
    done = certify(uketsuke, "clean_tpdu", "--only", "DSC",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small))
    assert done.returncode == ERROR and "internal" not in done.stderr
    assert "What was done is kept in out (--resume goes on)" in done.stderr
    assert len(json.loads((uketsuke.folder / "out/results.partial.json").read_text())["cases"]) > 2
    done = certify(uketsuke, "clean_tpdu", "--only", "DSC", "--resume")
    assert done.returncode == PASS, done.stderr
    assert not (uketsuke.folder / "out/results.partial.json").exists()
    assert uketsuke("verify", "out").returncode == PASS


def test_one_run_at_a_time_writes_into_a_folder(uketsuke):
    (uketsuke.folder / "out").mkdir()
    held = os.open(uketsuke.folder / "out", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03")
    assert done.returncode == ERROR and "another run writes into out" in done.stderr
    assert list((uketsuke.folder / "out").iterdir()) == []
    os.close(held)
    assert certify(uketsuke, "clean_tpdu", "--only", "MSG-03").returncode == PASS


@pytest.mark.parametrize("out, code, word", [("file", USAGE, "is no folder"),
                                             ("file/below", ERROR, "Not a directory")])
def test_a_folder_that_cannot_be_made_is_told_in_plain_words(uketsuke, out, code, word):
    uketsuke.write("file", "mine")
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03", out=out)
    assert done.returncode == code and word in done.stderr and "internal" not in done.stderr
    assert (uketsuke.folder / "file").read_text() == "mine"


def test_results_so_far_that_are_damaged_are_named(uketsuke):
    uketsuke.write("out/results.partial.json", "[" * 100_000)
    done = certify(uketsuke, "clean_tpdu", "--resume")
    assert done.returncode == ERROR and "internal" not in done.stderr
    assert "out/results.partial.json: nested deeper" in done.stderr


def test_running_again_goes_on_where_it_was_interrupted(uketsuke):
    """Each case has its second attempt once, whatever was done before the interruption."""
    claims_of(uketsuke, "clean_tpdu")
    arguments = ["certify", "--reader", "mutant:m-abort-not-supported", "--claims", "claims.yaml",
                 "--only", "ABT", "--out"]
    assert uketsuke(*arguments, "out").returncode == FAIL
    shutil.copytree(uketsuke.folder / "out", uketsuke.folder / "again")
    assert uketsuke(*arguments, "again", "--rerun-failed").returncode == FAIL
    results = json.loads((uketsuke.folder / "again/results.json").read_text(encoding="utf-8"))
    results["cases"] = [c for c in results["cases"] if c["attempt"] == 1 or c["id"] == "ABT-01"]
    uketsuke.write("out/results.partial.json", json.dumps(results, ensure_ascii=False))
    shutil.copy(uketsuke.folder / "again/traces/ABT-01#2.jsonl", uketsuke.folder / "out/traces")
    assert uketsuke(*arguments, "out", "--resume").returncode == FAIL
    failed = [a for a in cases(uketsuke).values() if a[0]["verdict"] == "fail"]
    assert len(failed) > 2 and {len(attempts) for attempts in failed} == {2}
    assert uketsuke("verify", "out").returncode == PASS


def test_a_run_that_has_ended_has_nothing_to_go_on_with(uketsuke):
    assert certify(uketsuke, "clean_tpdu", "--only", "MSG-03").returncode == PASS
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03", "--resume")
    assert done.returncode == USAGE and "the run in out has ended" in done.stderr
    assert uketsuke("verify", "out").returncode == PASS


@pytest.mark.parametrize("line, wrong, key", [
    ("vendor: .*", 'vendor: "Another"', "claims/vendor"),
    ("product: .*", 'product: "Another"', "claims/product"),
    ("firmware: .*", 'firmware: "9.99"', "claims/firmware"),
    ("vendor_id: .*", 'vendor_id: "ffff"', "claims/usb/vendor_id"),
    ("product_id: .*", 'product_id: "ffff"', "claims/usb/product_id"),
])
def test_claims_of_another_device_fail(uketsuke, line, wrong, key):
    text = claims_of(uketsuke, "clean_tpdu").read_text()
    changed, count = re.subn(rf"(?m)^( *){line}$", rf"\1{wrong}", text, count=1)
    assert count == 1
    uketsuke.write("claims.yaml", changed)
    done = certify(uketsuke, "clean_tpdu", "--only", "MSG-03")
    assert done.returncode == FAIL and key in done.stdout
    assert uketsuke("verify", "out").returncode == PASS


def test_files_that_are_wrong_are_slips_with_their_place(uketsuke):
    uketsuke.write("bad.yaml", "uketsuke_claims: 1\nvendr: x\n")
    claims_of(uketsuke, "clean_tpdu")
    uketsuke.write("waivers.yaml", "uketsuke_waivers: 1\nwaivers: MSG-03\n")
    start = ["certify", "--reader", "model:clean_tpdu", "--only", "MSG-03", "--out", "out"]
    for more, said in ((["--claims", "bad.yaml"], "bad.yaml:2:1"),
                       (["--claims", "."], ".: this is a directory, not a file"),
                       (["--claims", "nowhere.yaml"], "nowhere.yaml: no such file"),
                       (["--claims", "claims.yaml", "--waivers", "waivers.yaml"],
                        "waivers.yaml:2:10: a list is expected here"),
                       (["--claims", "claims.yaml", "--waivers", "nowhere.yaml"], "no such file"),
                       (["--claims", "claims.yaml", "--bench", "bench.yaml"], "neither --bench"),
                       (["--claims", "claims.yaml", "--bind", "panel=operator"], "neither --bench"),
                       (["--claims", "claims.yaml", "--sign-key", "key.pem"], "--sign-cert")):
        done = uketsuke(*start, *more)
        assert done.returncode == USAGE and said in done.stderr, (more, done.stderr)
        assert "internal" not in done.stderr and not (uketsuke.folder / "out").exists()


def test_the_claims_are_no_case_of_the_catalogue(uketsuke):
    assert certify(uketsuke, "clean_tpdu", "--only", "MSG-03").returncode == PASS
    results = json.loads((uketsuke.folder / "out/results.json").read_text(encoding="utf-8"))
    listed = uketsuke("catalogue").stdout.strip().splitlines()[-1]
    assert results["catalogue"]["cases"] == int(listed.split()[0])
    assert "of the 1 cases that were run" in results["conclusion"]["text"]["en"]


def test_the_same_finding_is_told_once_with_its_number(uketsuke):
    claims_of(uketsuke, "clean_tpdu")
    done = uketsuke("certify", "--reader", "mutant:m-abort-not-supported", "--claims",
                    "claims.yaml", "--out", "out")
    findings = [f for attempts in cases(uketsuke).values() for f in attempts[-1]["findings"]]
    told = re.findall(r"(?m)^    (?:deviation|warning)[^\n]*?(?: \((\d+) times\))?$", done.stdout)
    assert sum(int(times or 1) for times in told) == len(findings) > 5


def test_reports_fold_the_same_finding_as_the_console_does(uketsuke):
    claims_of(uketsuke, "clean_tpdu")
    uketsuke("certify", "--reader", "mutant:m-chain-of-the-card-cut", "--claims", "claims.yaml",
             "--only", "T1", "--out", "out")
    page, tests = uketsuke.html(), uketsuke.junit()
    repeated = 0
    for name, attempts in cases(uketsuke).items():
        findings = attempts[-1]["findings"]
        different = {json.dumps({k: f[k] for k in ("rule", "expected", "got", "warning", "line")
                                 if k in f}) for f in findings}
        repeated += len(findings) - len(different)
        told = page.partition(f'id="{name}-1"')[2].partition('<div class="box"')[0]
        assert told.count('<div class="step">') == len(different), name
        times = [int(n) for n in re.findall(r" \((\d+) times\)</span></p>", told)]
        assert sum(times) - len(times) == len(findings) - len(different), name
        case, = [one for one in tests.iter("testcase") if one.get("name") == name]
        text = "".join(case.itertext())
        assert text.count("expected:") + text.count("warning: ") <= len(different) * 2 + len(
            attempts[-1]["warnings"]), name
    assert repeated > 1
    assert uketsuke("verify", "out").returncode == PASS


@pytest.mark.parametrize("reader, only, ja, en", [
    ("model:clean_tdpu", "MSG-03", "というリーダーはない", "no reader clean_tdpu"),
    ("mutant:m-abort-not-supporte", "MSG-03", "という不良はない", "no mutant m-abort-not-supporte"),
    ("model:clean_tpdu", "MSG-3", "という項目はない", "no case MSG-3"),
])
def test_names_that_nothing_has_are_told_in_both_languages(uketsuke, reader, only, ja, en):
    claims_of(uketsuke, "clean_tpdu")
    for language, said in (("ja", ja), ("en", en)):
        done = uketsuke("--lang", language, "certify", "--reader", reader, "--claims",
                        "claims.yaml", "--only", only, "--out", "out")
        assert done.returncode == USAGE and said in done.stderr


def test_data_that_is_not_there_is_named(uketsuke):
    done = uketsuke("catalogue", env={"UKETSUKE_DATA": "/nowhere"})
    assert done.returncode == ERROR and "internal" not in done.stderr
    assert "/nowhere/conformance: the catalogue cannot be read" in done.stderr
