"""`uketsuke certify --reader pcsc:NAME`, and its verdicts computed again from the bundle."""

import json
import signal
import subprocess
import time

from components import TIMEOUT_S, environment, wait_for
from test_cases import CONTACT, SPEED, Bench

CLAIMS = """uketsuke_claims: 1
confirmed: true
reader:
  class: ccid
  slots:
    - {medium: contact, removable: true, motor: false}
  exchange_level: tpdu
  pin: {verify: false, modify: false}
"""


def test_a_reader_behind_pcscd_is_certified_and_its_bundle_verifies(start, run, uketsuke, tmp_path):
    bench = Bench(start, tmp_path, "clean_tpdu", *CONTACT)
    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    (tmp_path / "bench.yaml").write_text(
        f"uketsuke_bench: 1\nbind: {{reader: 'pcsc:Gemalto', panel: 'hands:{bench.hands}'}}\n"
        f"speed: {SPEED}\ncards: {{hanako: {{simulated: true}}, taro: {{simulated: true}}}}\n",
        encoding="utf-8")
    done = run(uketsuke, "certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--out",
               "out", "--only", "PCS-01,PCS-02,PCS-04,PCS-06,PCS-09,PCS-13,PCS-14,PCS-16,MSG-01")
    assert done.returncode == 0, done.stdout + done.stderr
    cases = {case["id"]: case for case in
             json.loads((tmp_path / "out/results.json").read_text())["cases"]}
    judged = {name for name, case in cases.items() if case["verdict"] == "pass"}
    assert judged == {"PCS-01", "PCS-02", "PCS-04", "PCS-06", "PCS-09", "PCS-13", "PCS-14"}, cases
    assert cases["MSG-01"]["not_applicable"] and cases["PCS-16"]["not_applicable"]
    verified = run(uketsuke, "verify", "out")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    trace = tmp_path / "out/traces/PCS-01.jsonl"
    assert '"call":"SCardConnect"' in trace.read_text()


def test_ctrl_c_ends_a_case_that_waits_and_the_run_goes_on_with_it(start, run, uketsuke, tmp_path):
    bench = Bench(start, tmp_path, "clean_tpdu", *CONTACT)
    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")

    def write_bench(speed):
        (tmp_path / "bench.yaml").write_text(
            f"uketsuke_bench: 1\nbind: {{reader: 'pcsc:Gemalto', panel: 'hands:{bench.hands}'}}\n"
            f"speed: {speed}\ncards: {{hanako: {{simulated: true}}}}\n", encoding="utf-8")

    write_bench(1)  # PCS-20 waits for five minutes
    arguments = ["certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--out", "out",
                 "--only", "PCS-09,PCS-20"]
    running = subprocess.Popen([uketsuke, *arguments], cwd=tmp_path, text=True,
                               env=environment(tmp_path), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for((tmp_path / "out/traces/PCS-09.jsonl").exists, "the case before")
    time.sleep(2)  # until the next one waits
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=TIMEOUT_S)
    assert running.returncode == 4 and "--resume" in said, said
    kept = json.loads((tmp_path / "out/results.partial.json").read_text())["cases"]
    assert [case["id"] for case in kept][:2] == ["claims", "PCS-09"]
    assert "PCS-20" not in [case["id"] for case in kept]
    write_bench(SPEED)
    done = run(uketsuke, *arguments, "--resume")
    assert done.returncode == 0 and "left are 1 cases" in done.stdout, done.stdout + done.stderr
    assert run(uketsuke, "verify", "out").returncode == 0
