"""What a run came to: verdicts, steps, results, field by field as harness/verdict/result.h."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping
from typing import Any

from uketsuke import _core


class Verdict(str, enum.Enum):
    """none < pass < inconc < fail < error; "not applicable" stands beside it, never in it."""

    NONE = "none"
    PASS = "pass"
    INCONCLUSIVE = "inconc"
    FAIL = "fail"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return _RANK[self.value]

    @property
    def text(self) -> Text:
        return _WORDS[self.value]

    def __str__(self) -> str:
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    # A verdict is a str, whose own order is that of the alphabet: never that one.
    def __lt__(self, other: str) -> bool:
        return self.rank < Verdict(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Verdict(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Verdict(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Verdict(other).rank


@dataclasses.dataclass(frozen=True)
class Text:
    """What is said to people, in both languages. False if neither says anything."""

    ja: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.ja or self.en)

    def in_language(self, language: str | None = None) -> str:
        """language: "ja", "en" or "both"; None: as the environment says (LC_ALL, LANG)."""
        return _core.in_language((self.ja, self.en), language or _core.language())

    def __str__(self) -> str:
        return self.in_language()

    @classmethod
    def of(cls, both: tuple[str, str]) -> Text:
        return cls(*both)


_RANK = {word: rank for rank, word in enumerate(_core.verdicts())}
_WORDS = {word: Text.of(text) for word, text in _core.verdicts().items()}


@dataclasses.dataclass(frozen=True)
class Step:
    """One step, or one check of `then`."""

    index: int = 0  # in the scenario, from 0; the checks of `then` count on
    seed_id: str = ""  # "P3-4": page and step of the seed; empty if it has none
    title: Text = Text()  # what was done, in words
    who: str = ""  # "reception_staff"
    attested_by: str = ""  # on whose word it was done ("operator"); empty: the model's own doing
    verdict: Verdict = Verdict.NONE  # NONE: not executed
    file: str = ""  # where the step is written; empty: the scenario's file
    line: int = 0  # from 1; 0: unknown
    expected: Text = Text()
    observed: Text = Text()
    simulated_us: int = 0  # simulated time at which the step ended
    wire_tail: tuple[str, ...] = ()  # last messages before a deviation, oldest first

    @property
    def ok(self) -> bool:
        return self.verdict is Verdict.PASS

    @property
    def seconds(self) -> float:
        """Simulated time at which the step ended."""
        return self.simulated_us / 1e6

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Step:
        fields = dict(plain)
        for name in ("title", "expected", "observed"):
            fields[name] = Text(*plain[name])
        fields["verdict"] = _VERDICTS[plain["verdict"]]
        fields["wire_tail"] = tuple(plain["wire_tail"])
        return cls(**fields)

    def plain(self) -> dict[str, Any]:
        return _plain(self)

    def __repr__(self) -> str:
        return _short_repr(self, "index", "seed_id", "who", "title", "verdict", "observed", "line")


_VERDICTS = {verdict.value: verdict for verdict in Verdict}


@dataclasses.dataclass(frozen=True)
class Result:
    """What one scenario (one row of its examples, one case in Python) came to."""

    id: str = ""
    file: str = ""
    line: int = 0
    title: Text = Text()
    release: str = ""  # "2024-12"
    seed_page: str = ""  # "P3"
    variant: str = ""  # name or values of the row of `examples:`; empty: no examples
    repetition: int = 0
    random_seed: int = 0
    verdict: Verdict = Verdict.NONE
    reason: Text = Text()  # why it is inconc, error or none; empty if the steps say it
    not_applicable: Text = Text()  # expression and values; not empty: not applicable, verdict NONE
    steps: tuple[Step, ...] = ()
    steps_planned: int = 0
    warnings: tuple[Text, ...] = ()  # findings beside the verdict
    assumptions: tuple[str, ...] = ()  # "A-29", those that a judgement here rested on
    script: str = ""  # attested by script: which, "tests/test_p3.py::test_x"; empty: a scenario
    requirements: tuple[str, ...] = ()  # ids that it stands for
    produced_by: str = ""  # "model", "reader=usb:054c:0dc8"
    reader: str = ""  # which that was: "model:clean_tpdu", "054c:0dc8:0100:SERIAL"; empty: not told
    simulated_us: int = 0
    wall_us: int = 0
    rsa_us: int = 0  # part of wall_us
    journal_digest: str = ""
    journal_path: str = ""
    journal_problem: Text = Text()

    @property
    def ok(self) -> bool:
        """No deviation was found. Not applicable, inconclusive and not judged are not ok."""
        return self.verdict is Verdict.PASS

    @property
    def applicable(self) -> bool:
        return not self.not_applicable

    @property
    def name(self) -> str:
        """As reports name it: id, row, repetition if not the first."""
        variant = f"[{self.variant}]" if self.variant else ""
        return self.id + variant + (f"#{self.repetition + 1}" if self.repetition else "")

    @property
    def decisive_step(self) -> Step | None:
        """The first step with the highest verdict above pass."""
        above = [step for step in self.steps if step.verdict > Verdict.PASS]
        return max(above, key=lambda step: step.verdict.rank) if above else None

    @property
    def seconds(self) -> float:
        """Simulated time."""
        return self.simulated_us / 1e6

    def headline(self, language: str | None = None) -> str:
        return _core.headline(self.plain(), language or _core.language())

    def explain(self, language: str | None = None) -> str:
        """Expectation, observation and last messages of what did not pass, as on the console."""
        return _core.explain(self.plain(), language or _core.language())

    def report(self, language: str | None = None) -> str:
        """The lines of a run on a terminal."""
        return f"{self.headline(language)}\n{self.explain(language)}".rstrip("\n")

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        return _short_repr(self, "name", "verdict", "reason", "not_applicable", "release",
                           "warnings", "produced_by", count="steps")

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Result:
        fields = dict(plain)
        for name in ("title", "reason", "not_applicable", "journal_problem"):
            fields[name] = Text(*plain[name])
        fields["verdict"] = _VERDICTS[plain["verdict"]]
        fields["steps"] = tuple(map(Step.of, plain["steps"]))
        fields["warnings"] = tuple(Text(*text) for text in plain["warnings"])
        for name in ("assumptions", "requirements"):
            fields[name] = tuple(plain[name])
        return cls(**fields)

    def plain(self) -> dict[str, Any]:
        """Only dict, list, str and int: what of() takes, and what JSON can hold."""
        return _plain(self)


@dataclasses.dataclass(frozen=True)
class Summary:
    """Counts of results, and what follows from them."""

    passed: int
    failed: int
    inconclusive: int
    errors: int
    none: int  # not judged; without those that were not applicable
    not_applicable: int
    not_run: int
    warnings: int
    assumptions: Mapping[str, int]  # A-nn: results that touched it
    verdict: Verdict
    exit_code: int
    text: Text

    def __str__(self) -> str:
        return str(self.text)


class Results(list[Result]):
    """The results of a run in their order."""

    @property
    def summary(self) -> Summary:
        fields = _core.summarize([result.plain() for result in self])
        fields["verdict"] = Verdict(fields["verdict"])
        fields["text"] = Text(*fields["text"])
        return Summary(**fields)

    @property
    def verdict(self) -> Verdict:
        return self.summary.verdict

    @property
    def exit_code(self) -> int:
        """That of the command: 0 pass, 1 fail, 2 inconclusive, 4 error, 5 nothing selected."""
        return self.summary.exit_code

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    def __str__(self) -> str:
        return "\n".join([*map(str, self), str(self.summary)])

    @classmethod
    def of(cls, plain: Iterable[Mapping[str, Any]]) -> Results:
        return cls(map(Result.of, plain))


def _plain_value(value: Any) -> Any:
    if isinstance(value, Text):
        return (value.ja, value.en)
    if isinstance(value, Verdict):
        return value.value
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return value.plain() if isinstance(value, Step) else value


def _plain(value: Any) -> dict[str, Any]:
    return {field.name: _plain_value(getattr(value, field.name))
            for field in dataclasses.fields(value)}


def _short_repr(value: Any, *names: str, count: str = "") -> str:
    """Without what says nothing."""
    parts = []
    for name in names:
        content = getattr(value, name)
        if isinstance(content, Verdict):
            parts.append(f"{name}={content}")
        elif isinstance(content, Text):
            parts += [f"{name}={str(content)!r}"] if content else []
        elif content or name == "index":
            parts.append(f"{name}={[str(text) for text in content]}" if isinstance(content, tuple)
                         else f"{name}={content!r}")
    if count:
        parts.append(f"{count}={len(getattr(value, count))}")
    return f"{type(value).__name__}({', '.join(parts)})"
