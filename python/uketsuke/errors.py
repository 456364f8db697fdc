"""What can go wrong, in both languages, with where it happened and what passed before."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from uketsuke.results import Step


_Kind = TypeVar("_Kind", bound="Error")


def _again(kind: type[_Kind], args: tuple[Any, ...], state: dict[str, Any]) -> _Kind:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class Error(Exception):
    """Base of all exceptions of uketsuke.

    ja, en: what is wrong, in each language. file, line, column: where (line and column from 1, 0:
    unknown). messages: the last messages on the wires before, decoded, oldest first.
    """

    def __init__(self, ja: str, en: str = "") -> None:
        super().__init__(ja, en)
        self.ja = ja
        self.en = en or ja
        self.file = ""
        self.line = 0
        self.column = 0
        self.messages: list[str] = []

    # By default what is raised again would be made of `args`, which not every kind takes.
    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        place = self.file
        if place and self.line:
            place += f":{self.line}"
        if place and self.column:
            place += f":{self.column}"
        text = self.en if self.en == self.ja else f"{self.ja} / {self.en}"
        lines = [f"{place}: {text}" if place else text]
        if self.messages:
            lines.append("last messages / 最後のメッセージ:")
            lines.extend("  " + message for message in self.messages)
        return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a scenario, and where."""

    file: str
    line: int
    column: int
    ja: str
    en: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = f"{self.ja} / {self.en}"
        return f"{place}: {text}" if place else text


class ScenarioError(Error):
    """A scenario, or a step of one, cannot be. `problems` has all that was found."""

    def __init__(self, problems: Sequence[tuple[str, int, int, str, str]]) -> None:
        self.problems = tuple(Problem(*problem) for problem in problems)
        first = self.problems[0]
        super().__init__(first.ja, first.en)
        self.file, self.line, self.column = first.file, first.line, first.column

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class StepError(Error):
    """A step that did not pass; `step` tells which, what was expected and what was seen."""

    def __init__(self, step: Step) -> None:
        self.step = step
        super().__init__(
            f"{step.title.ja}：期待 {step.expected.ja}、実際 {step.observed.ja}",
            f"{step.title.en}: expected {step.expected.en}, got {step.observed.en}",
        )
        self.file, self.line = step.file, step.line
        self.messages = list(step.wire_tail)


class Deviation(StepError, AssertionError):
    """The bench does something else than what is expected."""


class Inconclusive(StepError):
    """Nobody can tell: neither a pass nor a deviation."""


class NotApplicable(Error):
    """The case says nothing about this bench; the reason is in the text."""


class BenchError(Error):
    """A binding, a device or a program at the bench failed, not what is tested."""


class ArgumentError(Error, TypeError, ValueError):
    """An argument of the wrong kind, or out of its range; a TypeError and a ValueError, too."""


class TransferError(Error):
    """What bench.usb, bench.ccid or bench.card sent had no answer, or a refusal; the bench goes on.

    reason: one word: stalled, timed_out, no_device, overflow, error, no_usb, no_ccid, busy,
    no_card, card_mute, card_removed, communication, unsupported, ...
    """

    reason: str = ""


class Livelock(Error):
    """Models, panels or cards answer each other without time going on."""
