"""What the reports say of tests: verdicts of errors, results of benches as those of scripts."""

from __future__ import annotations

import dataclasses
import re
import unittest
from collections.abc import Iterable
from typing import Any, TYPE_CHECKING

import pytest

from uketsuke.errors import Error, NotApplicable, StepError
from uketsuke.results import Result, Step, Text, Verdict

if TYPE_CHECKING:
    from uketsuke.pytest_session import Session

TO_ITS_END = Text("終わりまで進む", "goes on to its end")
SCRIPT = Text("スクリプト", "the script")
_NAME_LENGTH = 120  # of the file name of a journal, as in harness/bench/executor.cpp
_INTERRUPTED = Text("終わる前に中断されました", "interrupted before it ended")
_STOPS = (KeyboardInterrupt, pytest.exit.Exception)


class Judged(Exception):
    """What a case came to is no pass. For the plugin alone: reports show the result."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name, str(result.verdict))
        self.result = result


# ---- errors


def is_skip(error: BaseException | None) -> bool:
    return isinstance(error, (NotApplicable, pytest.skip.Exception, unittest.SkipTest))


def is_stop(error: BaseException | None) -> bool:
    return isinstance(error, _STOPS)


def is_not_run(error: BaseException | None) -> bool:
    """xfail(run=False), and an end that somebody wanted."""
    return isinstance(error, (pytest.xfail.Exception, *_STOPS))


def verdict_of(error: BaseException) -> Verdict:
    if isinstance(error, Judged):
        return error.result.verdict
    if isinstance(error, StepError):
        return error.step.verdict
    if isinstance(error, _STOPS):
        return Verdict.INCONCLUSIVE
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return Verdict.FAIL
    return Verdict.ERROR if isinstance(error, Exception) else Verdict.INCONCLUSIVE


def words_of(error: BaseException) -> Text:
    if isinstance(error, _STOPS):
        return _INTERRUPTED
    if isinstance(error, Error):
        return Text(error.ja, error.en)
    if is_skip(error):
        return Text(str(error), str(error))
    return Text(*[f"{type(error).__name__}: {error}"] * 2)


# ---- results


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=lambda one: one.rank, default=Verdict.NONE)


def as_it_stands(result: Result) -> Result:
    """Of a bench that goes on: what its steps say."""
    if not result.applicable:
        return result
    verdict = worst_of([result.verdict, *(step.verdict for step in result.steps)])
    return dataclasses.replace(result, verdict=verdict, steps_planned=len(result.steps))


def broken(result: Result, error: Error) -> Result:
    """Of a bench that cannot be ended."""
    return dataclasses.replace(as_it_stands(result), verdict=Verdict.ERROR,
                               reason=words_of(error))


def part_of(result: Result, steps: Iterable[Step], reason: Text = Text()) -> Result:
    """These steps of a bench alone, without what is said of the whole."""
    chosen = tuple(dataclasses.replace(step, index=index) for index, step in enumerate(steps))
    verdict = worst_of([step.verdict for step in chosen])
    if reason:
        verdict = max(verdict, result.verdict, key=lambda one: one.rank)
    return dataclasses.replace(
        result, steps=chosen, steps_planned=len(chosen), verdict=verdict, reason=reason,
        warnings=(), assumptions=(), journal_digest="", journal_path="", journal_problem=Text())


def left_out(result: Result, error: BaseException) -> Result:
    """The script skipped the case after all: what was found counts, what passed says nothing."""
    if result.verdict > Verdict.PASS or not result.applicable:
        return result
    return dataclasses.replace(result, verdict=Verdict.NONE, reason=Text(),
                               not_applicable=words_of(error))


def with_failure(result: Result, error: BaseException) -> Result:
    """The script came to something worse than its benches: that is what the case came to."""
    step = Step(index=len(result.steps), title=SCRIPT, verdict=verdict_of(error),
                attested_by="script", expected=TO_ITS_END,
                observed=Text(*[f"{type(error).__name__}: {error}"] * 2))
    told = result.warnings if result.applicable else (*result.warnings, result.not_applicable)
    return dataclasses.replace(result, verdict=max(result.verdict, step.verdict), warnings=told,
                               not_applicable=Text(), steps=(*result.steps, step),
                               steps_planned=result.steps_planned + 1)


def of_script(result: Result, session: Session, name: str, script: str, file: str, line: int,
              variant: str, doc: str | None, ids: Iterable[str]) -> Result:
    """The result of a bench as that of a script: what the script says it is."""
    steps = tuple(dataclasses.replace(step, file=session.relative(step.file))
                  for step in result.steps)
    seen = [one for step in steps for one in step.seed_id.split()]
    title = result.title
    if title.en in ("", "python_case"):
        said = (doc or name).strip().splitlines()[0]
        title = Text(said, said)
    return dataclasses.replace(
        result, id=name, variant=variant, file=session.relative(file), line=line, title=title,
        steps=steps, script=script,
        requirements=tuple(dict.fromkeys([*ids, *result.requirements, *seen])))


def scenario_result(row: dict[str, Any], session: Session) -> Result:
    """Of a row of a file that was not run."""
    return Result(id=row["id"], file=session.relative(row["file"]), line=row["line"],
                  title=Text(*row["title"]), variant=row["variant"], random_seed=session.seed,
                  release=session.release)


def journal_name(name: str, file: str, number: int, repetition: int = 0, bench: int = 1) -> str:
    """As `uketsuke run` names the journal of a row; a second bench of a test is -b2."""
    digest = 2166136261
    for byte in file.encode("utf-8", "surrogateescape"):
        digest = (digest ^ byte) * 16777619 & 0xFFFFFFFF
    plain = re.sub(r"[^\w.-]", "_", name)[:_NAME_LENGTH]
    parts = [f"{plain}-{(digest ^ digest >> 24) & 0xFFFFFF:06x}"]
    parts += [str(number)] if number else []
    parts += [f"b{bench}"] if bench > 1 else []
    parts += [f"r{repetition}"] if repetition else []
    return "-".join(parts)
