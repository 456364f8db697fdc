"""A stand-in for a real card in a generic reader over USB/IP, released for the run: no output has
anything of it."""

from conftest import P5, PIN, of_hanako, one_row, verdicts


def test_a_released_card_that_passes(bench, flow):
    bench.identified()
    bench.serve("--journal", "serve2.jsonl")
    file = bench.bench_file()
    for scenario in (of_hanako(flow(P5), one_row), of_hanako(flow(PIN))):
        done = bench.run(scenario, file, "--lang", "both")
        assert (done.code, verdicts(done)) == (0, ["pass"]), done.text
        journals = list((done.out / "journal").iterdir())
        assert len(journals) == 1 and b"digest" in journals[0].read_bytes()
    assert bench.found(models=["serve.jsonl", "serve2.jsonl"]) == []


def test_a_card_of_whom_the_bench_knows_nothing(bench, flow):
    # As a person's own card: its masks rest on nothing but the guard's taps.
    bench.identified()
    bench.serve()
    file = bench.bench_file()
    for scenario, language in ((of_hanako(flow(P5), one_row), "ja"), (of_hanako(flow(PIN)), "en")):
        done = bench.run(scenario, file, "--lang", language, knows=False)
        assert verdicts(done) == ["fail"], done.text
        assert list((done.out / "journal").iterdir())
    assert bench.found(models=["serve.jsonl"]) == []


def test_a_simulated_card_has_the_masks_of_the_models(bench, flow):
    bench.identified()
    bench.serve()
    done = bench.run(of_hanako(flow(PIN)), bench.bench_file(simulated=True))
    assert verdicts(done) == ["pass"], done.text
    journals = [str(path.relative_to(bench.folder)) for path in (done.out / "journal").iterdir()]
    assert bench.found(models=["serve.jsonl", *journals]) == []
