"""Results as Python has them: verdicts in their order, nothing lost on the way to C++ and back."""

import dataclasses
import itertools
import json
from typing import Any

import pytest

import uketsuke
from uketsuke import Result, Results, Step, Text, Verdict

FAILED = Step(
    index=2, seed_id="P3-4", title=Text("家族が押す", "the family presses"), who="family",
    attested_by="operator", verdict=Verdict.FAIL, file="suite/p3.yaml", line=17,
    expected=Text("同意しない", "declined"), observed=Text("同意する", "granted"),
    simulated_us=1_500_000, wire_tail=("card > 90 00", "reader > done"))
RESULT = Result(
    id="p3", file="suite/p3.yaml", line=3, title=Text("題", "title"), release="2024-12",
    seed_page="P3", variant="button=同意する", repetition=1, random_seed=7,
    verdict=Verdict.FAIL, reason=Text("理由", "reason"),
    steps=(Step(index=0, verdict=Verdict.PASS), Step(index=1, verdict=Verdict.INCONCLUSIVE),
           FAILED, Step(index=3)),
    steps_planned=4, warnings=(Text("警告です", "a warning"),), assumptions=("A-29",),
    produced_by="model", simulated_us=2_000_000, wall_us=1234, rsa_us=56,
    journal_digest="ab", journal_path="journal/p3.jsonl", journal_problem=Text("満杯", "full"))


def of_verdict(verdict: str, **more: Any) -> Result:
    return dataclasses.replace(Result(id="x", verdict=Verdict(verdict)), **more)


def test_verdicts_rise_as_the_architecture_says() -> None:
    words = ["none", "pass", "inconc", "fail", "error"]
    assert [v.value for v in sorted(map(Verdict, reversed(words)))] == words
    for low, high in itertools.combinations(map(Verdict, words), 2):
        assert low < high and low <= high and high > low and high >= low
    assert max(Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE) is Verdict.FAIL


def test_a_verdict_is_its_word() -> None:
    assert str(Verdict.INCONCLUSIVE) == Verdict.INCONCLUSIVE.value == "inconc"
    assert f"{Verdict.PASS} {Verdict.ERROR:>6}" == "pass  error"
    assert json.dumps(Verdict.FAIL) == '"fail"'
    assert Verdict.PASS.text == Text("逸脱なし", "no deviation found")


def test_what_is_not_a_pass_is_not_ok() -> None:
    assert of_verdict("pass").ok
    assert not any(of_verdict(word).ok for word in ("none", "inconc", "fail", "error"))
    left_out = of_verdict("none", not_applicable=Text("対象外", "because"))
    assert not left_out.ok and not left_out.applicable


def test_results_are_the_same_after_the_way_through_json() -> None:
    again = Result.of(json.loads(json.dumps(RESULT.plain())))
    assert again == RESULT
    assert isinstance(again.steps[2].verdict, Verdict)


def test_results_and_steps_cannot_be_changed() -> None:
    for thing, field in ((RESULT, "verdict"), (FAILED, "line"), (FAILED.title, "ja")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, field, "x")
    assert hash(RESULT) == hash(dataclasses.replace(RESULT))


def test_the_decisive_step_is_the_first_of_the_highest_verdict() -> None:
    assert RESULT.decisive_step is FAILED
    assert dataclasses.replace(RESULT, steps=(Step(verdict=Verdict.PASS),)).decisive_step is None


def test_a_result_prints_what_the_console_prints() -> None:
    lines = RESULT.report("en").splitlines()
    assert lines[0] == "fail   p3[button=同意する]#2  title (1.2 ms)"
    for part in ("P3-4 family: the family presses [deviation found]", "at: suite/p3.yaml:17",
                 "attested by: operator", "expected: declined", "observed: granted",
                 "card > 90 00", "warning: a warning", "assumptions it rests on: A-29"):
        assert any(part in line for line in lines), part
    assert "期待: 同意しない" in RESULT.report("ja")


def test_the_language_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert str(Text("題", "title")) == "title"
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert str(Text("題", "title")) == "題"
    assert Text("題", "title").in_language("both") == "題 / title"
    with pytest.raises(ValueError, match="fr"):
        Text("題", "title").in_language("fr")


def test_repr_is_short_and_says_what_matters() -> None:
    assert repr(of_verdict("pass")) == "Result(name='x', verdict=pass, steps=0)"
    text = repr(RESULT)
    assert "verdict=fail" in text and "steps=4" in text and len(text) < 300
    assert "seed_id='P3-4'" in repr(FAILED) and "line=17" in repr(FAILED)


@pytest.mark.parametrize("verdicts, code, verdict", [
    ([], 5, "none"), (["pass", "pass"], 0, "pass"), (["pass", "inconc"], 2, "inconc"),
    (["inconc", "fail", "pass"], 1, "fail"), (["fail", "error"], 4, "error"),
    (["pass", "none"], 4, "none")])
def test_exit_codes_are_those_of_the_command(verdicts: list[str], code: int, verdict: str) -> None:
    results = Results(map(of_verdict, verdicts))
    assert (results.exit_code, results.verdict) == (code, verdict)
    assert results.ok == (code == 0)


def test_only_not_applicable_is_inconclusive() -> None:
    results = Results([of_verdict("none", not_applicable=Text("対象外", "because"))])
    assert results.exit_code == 2 and results.summary.not_applicable == 1
    assert results.summary.none == 0


def test_a_summary_counts() -> None:
    results = Results([RESULT, of_verdict("pass"), of_verdict("inconc")])
    summary = results.summary
    assert (summary.passed, summary.failed, summary.inconclusive, summary.warnings) == (1, 1, 1, 1)
    assert summary.assumptions == {"A-29": 1}
    assert summary.text.en.startswith("3 scenarios: 1 no deviation found, 1 deviation found")
    assert uketsuke.Summary is type(summary)
