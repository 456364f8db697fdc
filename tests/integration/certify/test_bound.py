"""From a reader over USB/IP to a verified bundle: claims, certify, verify."""

import json
import signal
import subprocess
import time

PASS, ERROR = 0, 4
READER = "clean_tpdu"
# Procedures take the time that people need: they are left to the model (tests/python).
FAMILIES = "DSC,MSG,PWR,NOT,PRM,CLK,XFR,ABT,SEC,ESC,MEC,TPA,USB"
RECEPTION_CASES = 17  # of the catalogue
SPEED = 10  # more, and IccPowerOn has ended before anything can come meanwhile
SERVERS = []


def served(start, uketsuke):
    server = start(uketsuke, "serve", "--usbip", "127.0.0.1:0", "--hands", "0", "--reader", READER,
                   "--speed", SPEED)
    server.says("hands: ")
    words = dict(line.split(": ", 1) for line in server.said().splitlines() if ": " in line)
    SERVERS.append(server)
    return f"usbip:{words['usbip']}/1-1", f"hands:{words['hands']}"


def certify(run, uketsuke, tmp_path, reader, panel, cards):
    (tmp_path / "bench.yaml").write_text(
        f'uketsuke_bench: 1\nbind: {{reader: "{reader}", panel: "{panel}"}}\nspeed: {SPEED}\n'
        f"cards: {{hanako: {{{cards}}}}}\n")
    drafted = run(uketsuke, "claims", reader)
    assert drafted.returncode == PASS, drafted.stderr
    (tmp_path / "claims.yaml").write_text(drafted.stdout)
    done = run(uketsuke, "certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--only",
               FAMILIES, "--out", "out")
    cases = {c["id"]: c for c in json.loads((tmp_path / "out/results.json").read_text())["cases"]}
    return done, cases


def test_a_good_reader_ends_without_deviation_and_its_bundle_verifies(start, run, uketsuke,
                                                                      tmp_path):
    reader, panel = served(start, uketsuke)
    done, cases = certify(run, uketsuke, tmp_path, reader, panel, "simulated: true")
    assert done.returncode == PASS, done.stdout + done.stderr
    judged = [c for c in cases.values() if not c.get("not_applicable")]
    assert len(judged) > 70
    assert cases["MSG-06"]["verdict"] == "pass" and cases["PWR-02"]["verdict"] == "pass"
    assert any(c.get("attested_by") for c in judged), "hands placed cards"
    verified = run(uketsuke, "verify", "out")
    assert verified.returncode == PASS, verified.stdout
    assert " 0 differ" in verified.stdout


def test_with_a_card_that_is_not_released_nothing_harmful_is_sent(start, run, uketsuke, tmp_path):
    """As with a real card: what the guard refuses is not applicable, never failed or passed."""
    reader, panel = served(start, uketsuke)
    done, cases = certify(run, uketsuke, tmp_path, reader, panel,
                          "describe: {ja: 実物, en: a real one}")
    assert done.returncode == PASS, done.stdout + done.stderr
    refused = [c["id"] for c in cases.values()
               if "not released" in json.dumps(c.get("not_applicable", ""))]
    # Malformed and unknown messages, Escape: each may be anything to a card (sim/guard/README.md).
    assert {"MSG-05", "MSG-06", "MSG-07", "ESC-01"} <= set(refused)
    assert cases["PWR-02"]["verdict"] == "pass"
    verified = run(uketsuke, "verify", "out")
    assert verified.returncode == PASS, verified.stdout


def test_where_a_person_places_cards_the_word_simulated_does_not_open_the_guard(start, run,
                                                                                uketsuke, tmp_path):
    reader, _ = served(start, uketsuke)
    (tmp_path / "bench.yaml").write_text(
        f'uketsuke_bench: 1\nbind: {{reader: "{reader}", panel: operator}}\nspeed: {SPEED}\n'
        "cards: {hanako: {simulated: true}}\n")
    (tmp_path / "claims.yaml").write_text(run(uketsuke, "claims", reader).stdout)
    run(uketsuke, "certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--only",
        "MSG-06,MSG-07,ESC-01", "--out", "out")
    cases = json.loads((tmp_path / "out/results.json").read_text())["cases"]
    refused = {c["id"] for c in cases if "not released" in json.dumps(c.get("not_applicable", ""))}
    assert refused == {"MSG-06", "MSG-07", "ESC-01"}


def test_an_interruption_ends_the_case_that_runs_and_keeps_those_before(start, run, uketsuke,
                                                                        tmp_path):
    reader, panel = served(start, uketsuke)
    (tmp_path / "bench.yaml").write_text(
        f'uketsuke_bench: 1\nbind: {{reader: "{reader}", panel: "{panel}"}}\nspeed: {SPEED}\n'
        "cards: {hanako: {simulated: true}}\n")
    (tmp_path / "claims.yaml").write_text(run(uketsuke, "claims", reader).stdout)
    arguments = ["certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--only",
                 "MSG-01,RCP", "--out", "out"]
    running = subprocess.Popen([uketsuke, *arguments], cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (tmp_path / "out/traces/MSG-01.jsonl").exists() and time.monotonic() < until:
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == ERROR and "--resume" in said
    kept = json.loads((tmp_path / "out/results.partial.json").read_text())["cases"]
    # The machine is shared: how far it came by then is not known, only that it was not the end.
    assert [c["id"] for c in kept][:2] == ["claims", "MSG-01"]
    assert len(kept) < 2 + RECEPTION_CASES
    judged = {c["id"]: c["verdict"] for c in kept if not c.get("not_applicable")}
    assert set(judged.values()) == {"pass"}  # what was cut short is no result


def test_without_its_reader_a_run_stops_and_goes_on_when_it_is_back(start, run, uketsuke, tmp_path):
    reader, panel = served(start, uketsuke)
    (tmp_path / "bench.yaml").write_text(
        f'uketsuke_bench: 1\nbind: {{reader: "{reader}", panel: "{panel}"}}\nspeed: {SPEED}\n'
        "cards: {hanako: {simulated: true}}\n")
    (tmp_path / "claims.yaml").write_text(run(uketsuke, "claims", reader).stdout)
    arguments = ["certify", "--bench", "bench.yaml", "--claims", "claims.yaml", "--only",
                 "MSG,PWR", "--out", "out"]
    running = subprocess.Popen([uketsuke, *arguments], cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (tmp_path / "out/traces/MSG-02.jsonl").exists() and time.monotonic() < until:
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)
    server_ports = reader.split("/")[0].split(":")[-1], panel.split(":")[-1]
    SERVERS[-1].process.kill()
    _, said = running.communicate(timeout=60)
    assert running.returncode == ERROR
    assert "stopped, the reader cannot be reached any more" in said and "--resume" in said
    kept = json.loads((tmp_path / "out/results.partial.json").read_text())["cases"]
    assert [c["verdict"] for c in kept].count("error") == 1
    again = start(uketsuke, "serve", "--usbip", f"127.0.0.1:{server_ports[0]}", "--hands",
                  server_ports[1], "--reader", READER, "--speed", SPEED)
    again.says("hands: ")
    assert run(uketsuke, *arguments, "--resume").returncode == ERROR  # one is an error still
    mended = run(uketsuke, *arguments, "--rerun-failed")
    assert mended.returncode == PASS, mended.stdout + mended.stderr
    cases = json.loads((tmp_path / "out/results.json").read_text())["cases"]
    assert len([c for c in cases if c["attempt"] == 2]) == 1
    verified = run(uketsuke, "verify", "out")
    assert verified.returncode == PASS, verified.stdout
