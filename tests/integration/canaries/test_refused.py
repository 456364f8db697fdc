"""The same where it goes wrong: the guard refuses, a step deviates, the reader dies. And the
commands that look at a card."""

import signal
import subprocess
import time

from conftest import P5, PIN, of_hanako, one_row, verdicts
from stand_in import HOLDER


def test_a_card_that_is_not_released_is_refused_by_the_guard(bench, flow):
    bench.serve()
    file = bench.bench_file(release=False)
    for scenario, language in ((of_hanako(flow(P5), one_row), "ja"),
                               (of_hanako(flow(PIN)), "both")):
        done = bench.run(scenario, file, "--lang", language)
        assert verdicts(done) == ["none"], done.text
        assert list((done.out / "journal").iterdir())
    assert bench.found() == []


def test_deviations_show_messages_without_secrets(bench, flow):
    bench.identified()
    bench.serve()
    file = bench.bench_file()
    elsewhere = "place_card, expect: {card: absent, within: 8}"
    scenario = of_hanako(flow(PIN)).replace(
        "place_card, expect: {identity: confirmed, consent: granted, eligibility: checked}",
        elsewhere)
    assert elsewhere in scenario
    done = bench.run(scenario, file, "--lang", "both")
    assert (done.code, verdicts(done)) == (1, ["fail"]), done.text
    assert bench.found(models=["serve.jsonl"]) == []


def test_a_reader_that_dies_on_the_way(bench, flow):
    bench.identified()
    serve = bench.serve()
    argv, env = bench.command("run", flow(P5), "--bench", bench.bench_file(), "--out",
                              bench.new_out(), "--keep-journals")
    with open(bench.folder / "said-broken", "wb") as said, \
            subprocess.Popen(argv, cwd=bench.folder, env=env, stdout=said,
                             stderr=subprocess.STDOUT) as run:
        time.sleep(1)
        serve.end(signal.SIGKILL)
        code = run.wait(60)
    assert code in (1, 4), (bench.folder / "said-broken").read_text()
    assert bench.found(models=["serve.jsonl"]) == []


def test_monitor_and_identify(bench):
    bench.identified()
    bench.serve("--place", HOLDER)
    for file in (bench.bench_file(), bench.bench_file(release=False, name="without.yaml")):
        for language in ("ja", "en", "both"):
            done = bench.program("monitor", "--bench", file, "--seconds", "0.7", "--lang", language)
            assert done.code == 0 and "SELECT" in done.text, done.text
            done = bench.program("identify", "--bench", file, "--lang", language)
            assert done.code == 0, done.text
    assert bench.found(models=["serve.jsonl"]) == []
