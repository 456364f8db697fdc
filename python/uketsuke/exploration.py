"""Exploration: acts of all people in any order, compared with a reference model of the procedure.

explore() plays generated sequences, as `uketsuke explore` does. A Walk is one sequence that the
program makes itself, for property-based tests: what people can do at this point is in `possible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TYPE_CHECKING

from uketsuke import _core, arguments
from uketsuke.errors import Error
from uketsuke.results import Text


_MOST_JOBS = 512


@dataclass(frozen=True)
class Disagreement:
    """Where desk and reference model part: at which act (from 0), in what, and how."""

    act: int
    what: str
    expected: str
    observed: str

    def __str__(self) -> str:
        return f"act {self.act + 1}: {self.what}: expected {self.expected}, got {self.observed}"


@dataclass(frozen=True)
class Finding(Disagreement):
    """One sequence of an exploration that disagrees, after it was shrunk."""

    number: int  # of the sequence
    at: str  # the act at which they part
    name: str  # of the scenario
    scenario: str  # the file that replays it
    replays: bool  # run as a scenario it deviates, too
    text: Text


@dataclass(frozen=True)
class Exploration:
    """What the exploration of one procedure came to."""

    procedure: str
    runs: int
    acts: int
    identified: int
    disagreements: int
    states: int  # of the reference model
    states_seen: int
    transitions: int
    transitions_seen: int
    text: Text
    failures: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return self.disagreements == 0 and self.runs > 0

    def __str__(self) -> str:
        return "\n".join([str(self.text), *(str(failure.text) for failure in self.failures)])


@dataclass(frozen=True)
class Played:
    """What playing a walk came to."""

    identified: bool  # a 本人確認 was reached
    disagreement: Disagreement | None

    @property
    def ok(self) -> bool:
        return self.disagreement is None


def explore(procedures: str | Sequence[str] = ("p3", "p4", "p5"), *, runs: int = 1000,
            seed: int = 1, jobs: int = 1) -> list[Exploration]:
    """Plays so many sequences of each procedure. The same seed gives the same sequences."""
    names = arguments.texts("procedures", procedures)
    found = []
    for plain in _core.explore(names, arguments.number("runs", runs, 2**64 - 1),
                               arguments.number("seed", seed, 2**64 - 1),
                               arguments.number("jobs", jobs, _MOST_JOBS)):
        failures = tuple(_finding(failure) for failure in plain.pop("failures"))
        plain.update(text=Text(*plain["text"]), failures=failures)
        found.append(Exploration(**plain))
    return found


def _finding(plain: dict[str, Any]) -> Finding:
    plain.update(text=Text(*plain["text"]))
    return Finding(**plain)


class Walk:
    """One sequence of acts, made step by step; play() does it on a desk of its own.

    start: which of the procedure's beginnings, from 0. two_factors, permission: of the physician.
    reader: which of the generic readers (P5).
    """

    def __init__(self, procedure: str, *, start: int = 0, two_factors: bool = True,
                 permission: bool = True, reader: int = 0,
                 acts: Iterable[str] = ()) -> None:
        self._core = _core.Walk(arguments.text("procedure", procedure),
                                arguments.number("start", start, 2**32 - 1), bool(two_factors),
                                bool(permission), arguments.number("reader", reader, 255))
        for act in acts:
            self.take(act)

    if not TYPE_CHECKING:
        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            if "_core" in self.__dict__ or name.startswith("__"):
                raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name,
                                     obj=self)
            raise Error(f"{kind} は初期化されていません。super().__init__() を呼んでください",
                        f"{kind} was never initialised: call super().__init__()")

    @staticmethod
    def alphabet(procedure: str) -> list[str]:
        """All that people do in the procedure, in any state."""
        return _core.alphabet(arguments.text("procedure", procedure))

    @property
    def possible(self) -> list[str]:
        """What people can do now, also what will be refused, in the order of the alphabet."""
        return self._core.possible()

    def take(self, act: str) -> None:
        self._core.take(arguments.text("act", act))

    @property
    def acts(self) -> list[str]:
        return self._core.acts()

    @property
    def state(self) -> str:
        """What the desk should be like now, by the reference model."""
        return self._core.state()

    def play(self) -> Played:
        plain = self._core.play()
        disagreement = plain["disagreement"]
        return Played(plain["identified"],
                      Disagreement(**disagreement) if disagreement is not None else None)

    def to_yaml(self, id: str = "walk") -> str:
        """The walk as a scenario file, with what the reference model expects of each step."""
        return self._core.scenario(arguments.text("id", id))

    def __repr__(self) -> str:
        return f"Walk({', '.join(self.acts)})"
