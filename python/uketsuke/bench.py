"""The bench: a desk with its reader, terminal, card, EHR, and people who act."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, overload, Protocol, TYPE_CHECKING

from uketsuke import _core, arguments
from uketsuke.arguments import caller as _caller, legible
from uketsuke.arguments import seconds as _seconds, wrong as _wrong
from uketsuke.cards import Card as CardProgram
from uketsuke.errors import Deviation, Error, Inconclusive, NotApplicable, StepError
from uketsuke.panels import Panel
from uketsuke.raw import Card, Ccid, Usb
from uketsuke.results import Result, Step, Text, Verdict
from uketsuke.roles import Ehr, Reader, Terminal, Waits
from uketsuke.scenarios import Scenario

_PACKAGE = str(Path(__file__).parent)

__tracebackhide__ = True  # pytest shows the line of the script

_WIRES = ("usb", "field", "session", "panel", "folder", "network")


def _told(ja: str, en: str) -> Error:
    """An error with the line of the program."""
    error = Error(ja, en)
    error.file, error.line = _caller()
    return error


@dataclass(frozen=True)
class Record:
    """One line of the journal: a message on a wire, or a note of a role.

    Of a message: wire, pipe, sender, receiver, data (masked bytes are zero), text (decoded), remark
    (what a fault did). Of a note: role, event, text.
    """

    time_ns: int
    wire: str
    pipe: str
    sender: str
    receiver: str
    data: bytes
    role: str
    event: str
    text: str
    remark: str

    @property
    def is_message(self) -> bool:
        return bool(self.wire)

    @property
    def seconds(self) -> float:
        return self.time_ns / 1e9


class Journal(Sequence[Record]):
    """What passed on all wires and what roles recorded, in order; it grows while the bench runs."""

    _AT_ONCE = 512

    def __init__(self, core: _core.Bench) -> None:
        self._core = core

    def __len__(self) -> int:
        return self._core.record_count()

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not isinstance(index, int):
            raise _wrong(f"journal の番号は整数です：{index!r:.60}",
                         f"a place in the journal is a whole number, not {index!r:.60}")
        count = len(self)
        at = index + count if index < 0 else index
        if not 0 <= at < count:
            raise IndexError(index)
        return Record(**self._core.records(at, 1)[0])

    def __iter__(self) -> Iterator[Record]:
        at = 0
        while records := self._core.records(at, self._AT_ONCE):
            at += len(records)
            for record in records:
                yield Record(**record)

    def messages(self, wire: str = "") -> Iterator[Record]:
        """Messages of one wire, or all: usb, field, session, panel, folder, network."""
        if wire not in ("", *_WIRES):
            raise _wrong(f"{wire!r}：線は {'、'.join(_WIRES)} です",
                         f"{wire!r}: the wires are {', '.join(_WIRES)}")
        return (record for record in self if record.is_message and wire in ("", record.wire))

    def notes(self, event: str = "") -> Iterator[Record]:
        """Notes of roles, of one event or all."""
        return (record for record in self
                if not record.is_message and event in ("", record.event))


class _Programs:
    """What of `bind` is an object of Python; the bench keeps it alive."""

    def __init__(self, bind: Mapping[str, Any]) -> None:
        self.panel: Panel | None = None
        self.cards: list[tuple[str, CardProgram]] = []
        self.others: list[str] = []
        for role, what in bind.items():
            if role == "panel" and isinstance(what, Panel):
                self.panel = what
            elif role == "card" and isinstance(what, CardProgram):
                self.cards.append(("", what))
            elif role == "card" and isinstance(what, Mapping):
                for holder, card in what.items():
                    if not isinstance(card, CardProgram):
                        raise _wrong(f"{holder} のカードは uketsuke.Card ではありません：{card!r:.60}",
                                     f"the card of {holder} is no uketsuke.Card: {card!r:.60}")
                self.cards.extend(what.items())
            elif isinstance(what, type) and issubclass(what, (Panel, CardProgram)):
                raise _wrong(f"{role}：クラスではなくオブジェクトを指定してください（{what.__name__}()）",
                             f"{role}: an object is wanted, not its class: {what.__name__}()")
            elif isinstance(what, (Panel, CardProgram)):
                kind = "panel" if isinstance(what, Panel) else "card"
                raise _wrong(f"{role}：{type(what).__name__} は {kind} に指定してください",
                             f"{role}: bind {type(what).__name__} as {kind}")
            else:
                self.others.append(f"{role}={what}")


def _faults(given: object) -> list[dict[str, Any]]:
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping)):
        return [dict(arguments.mapping(f"faults[{at}]", fault)) for at, fault in enumerate(given)]
    raise _wrong(f"faults は辞書のリストです：{given!r:.60}",
                 f"faults is a list of dicts, not {given!r:.60}")


def _legible(text: Text) -> Text:
    return Text(legible(text.ja), legible(text.en))


class Observer(Protocol):
    """Who is told of every bench that is made and that ends (the pytest plugin)."""

    def made(self, bench: Bench) -> None: ...

    def finished(self, bench: Bench) -> None: ...


observers: list[Observer] = []


class Bench(Waits):
    """One case on one desk, from its own beginning at time 0; a context manager.

    release: "2024-12". reader: "face" or "generic". given: what holds at the beginning, with the
    keys of `given:` in a scenario; None: the card of hanako is at hand and a passcode was issued.
    bind: what stands in place of models, {"reader": "usbip:127.0.0.1/1-1"}; of a reader that is a
    model {"panel": a Panel, "card": a Card}, or {"card": {"hanako": a Card}}. bench_file: a bench
    file. seed: of the random numbers. faults, limits, tags, covers, releases: as in a scenario.

    What deviates raises Deviation (an AssertionError), what nobody can tell raises Inconclusive.
    After the `with` block `result` is what the case came to.
    """

    def __init__(self, release: str | None = None, reader: str = "face", *,
                 reader_profile: str | None = None, bind: Mapping[str, Any] | None = None,
                 bench_file: str | Path | None = None, seed: int = 1,
                 given: Mapping[str, Any] | None = None,
                 faults: Sequence[Mapping[str, Any]] = (),
                 limits: Mapping[str, float] | None = None, id: str = "python_case",
                 title: str | tuple[str, str] | None = None,
                 page: str | Sequence[str] | None = None,
                 releases: str | Sequence[str] = (), tags: str | Sequence[str] = (),
                 covers: str | Sequence[str] = (), data_folder: str | Path = "") -> None:
        ja, en = arguments.both("title", title or str(id))
        desk: dict[str, Any] = {"reader": reader}
        if reader_profile is not None:
            desk["reader_profile"] = reader_profile
        if release is not None:
            desk["release"] = release
        if given is None:
            given = {"card": {"holder": "hanako"}, "backend": {"visual_passcode": "issued"}}
        self._header: dict[str, Any] = {
            "uketsuke": 1, "scenario": id, "title": {"ja": ja, "en": en}, "bench": desk,
            "given": {"card": {"holder": "hanako"}, **arguments.mapping("given", given)}}
        optional: dict[str, Any] = {
            "seed": page, "releases": arguments.texts("releases", releases),
            "tags": arguments.texts("tags", tags), "covers": arguments.texts("covers", covers),
            "faults": _faults(faults), "limits": dict(arguments.mapping("limits", limits or {}))}
        self._header.update({key: value for key, value in optional.items() if value})
        self._steps: list[dict[str, Any]] = []
        self._checks: dict[str, Any] = {}
        self._cannot_be_a_file: tuple[str, str] | None = None
        self._looked = False
        self._ready_us = 0
        self._programs = _Programs(arguments.mapping("bind", bind or {}))
        if self._programs.panel or self._programs.cards:
            self._cannot_be_a_file = ("パネルかカードが Python で書かれている",
                                      "a panel or a card is written in Python")
        if not isinstance(seed, int) or not 0 <= seed < 2**64:
            raise _wrong(f"seed は 0 以上 2**64 未満の整数です：{seed!r:.60}",
                         f"seed is a whole number from 0 and below 2**64, not {seed!r:.60}")
        file, line = _caller()
        self._core = _core.Bench(_yaml(self._header), file, line, {
            "seed": seed, "bind": self._programs.others,
            "bench_file": arguments.path("bench_file", bench_file or ""),
            "data_folder": arguments.path("data_folder", data_folder),
            "panel": self._programs.panel, "cards": self._programs.cards})
        self._result: Result | None = None
        self._ended_with: Result
        for observer in observers:
            observer.made(self)
        try:
            prepared = self._core.prepare(file, line)
        except BaseException:  # nobody gets this bench: what it is bound to is let go at once
            self.finish()
            raise
        self._ready_us = self._core.now_us()
        if not prepared:
            self._refused()

    if not TYPE_CHECKING:
        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            if "_core" in self.__dict__ or name.startswith("__"):
                raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name,
                                     obj=self)
            raise _told(f"{kind} は初期化されていません。super().__init__() を呼んでください",
                        f"{kind} was never initialised: call super().__init__()")

    @staticmethod
    def _place() -> tuple[str, int]:
        return _caller()

    def _refused(self) -> None:
        result = self.finish()
        if result.not_applicable:
            raise NotApplicable(result.not_applicable.ja, result.not_applicable.en)
        raise Inconclusive(Step(title=Text("準備", "preparation"), observed=result.reason,
                                verdict=Verdict.INCONCLUSIVE))

    # Made when asked for: a bench that nobody holds goes at once, with its world.

    @property
    def reader(self) -> Reader:
        """The card reader on the desk; of a face-auth reader also its panel."""
        return Reader(self)

    @property
    def terminal(self) -> Terminal:
        """The terminal for the eligibility verification."""
        return Terminal(self)

    @property
    def card(self) -> Card:
        """The cards that people bring, and APDUs to the one in the reader."""
        return Card(self)

    @property
    def usb(self) -> Usb:
        """The reader's USB port, beside the terminal's drivers."""
        return Usb(self)

    @property
    def ccid(self) -> Ccid:
        """The reader's CCID messages, beside the terminal's driver."""
        return Ccid(self)

    @property
    def ehr(self) -> Ehr:
        """The hospital's EHR."""
        return Ehr(self)

    @property
    def journal(self) -> Journal:
        """All messages and notes so far, as plain records."""
        self._looked = True
        return Journal(self._core)

    # ---- the case

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        try:
            if error is not None and not isinstance(error, (StepError, NotApplicable)):
                self.attest_failure(error, traceback)
        finally:
            self.finish()

    def attest_failure(self, error: BaseException, traceback: TracebackType | None) -> None:
        """The script ended with this: a deviation if it is an assertion, else an error."""
        # What pytest.skip() and pytest.fail() raise is no Exception.
        is_outcome = any(base.__name__ == "OutcomeException" for base in type(error).__mro__)
        outcome = type(error).__name__ if is_outcome else ""
        if outcome == "Skipped":
            return
        if self._core.result()["verdict"] == "error":
            return
        file, line = "", 0
        while traceback is not None:
            frame = traceback.tb_frame
            hidden = frame.f_locals.get("__tracebackhide__", False)
            if not hidden and not frame.f_code.co_filename.startswith(_PACKAGE):
                file, line = frame.f_code.co_filename, traceback.tb_lineno
            traceback = traceback.tb_next
        try:
            text = legible(f"{type(error).__name__}: {error}")
        except Exception:  # it cannot tell
            text = type(error).__name__
        failed = isinstance(error, AssertionError) or outcome in ("Failed", "XFailed")
        verdict = Verdict.FAIL if failed else Verdict.ERROR
        # Ctrl-C, pytest.exit(): nobody can tell.
        if type(error).__name__ == "Exit" or not isinstance(error, Exception) and not outcome:
            verdict = Verdict.INCONCLUSIVE
        step = Step(title=Text("スクリプト", "the script"), file=file, line=line,
                    expected=Text("終わりまで進む", "goes on to its end"),
                    observed=Text(text, text), verdict=verdict, attested_by="script")
        if not self._core.finished():
            self._core.attest(step.plain(), file, line)
            return
        # It was finished before: the result is what it is told to the caller from now on.
        told = self.result
        step = dataclasses.replace(step, index=len(told.steps))
        self._result = dataclasses.replace(
            told, steps=(*told.steps, step), verdict=max(told.verdict, verdict,
                                                         key=lambda one: one.rank))

    def _attest(self, title: Text, expected: Text, observed: Text, verdict: Verdict,
                place: tuple[str, int]) -> Step:
        step = Step(title=title, expected=_legible(expected), observed=_legible(observed),
                    verdict=verdict, attested_by="script")
        return Step.of(self._core.attest(step.plain(), *place))

    def finish(self) -> Result:
        """Ends the case: what holds in every run is judged, the result is complete. Once.

        What was bound (a device, a connection, a program, a Panel, a Card) is free then; journal,
        result and what is seen can still be read.
        """
        if self._result is None:
            try:
                told = Result.of(self._core.finish())
            except Error as error:
                error.file, error.line = _caller()
                raise
            # Of several threads that end it one tells the observers.
            if self.__dict__.setdefault("_ended_with", told) is not told:
                return self._ended_with
            self._result = told
            for observer in observers:
                observer.finished(self)
        return self._result

    @property
    def used(self) -> bool:
        """Whether the script looked at anything, or let time pass: else there is nothing to say."""
        return self._looked or self._core.now_us() > self._ready_us

    @property
    def finished(self) -> bool:
        return self._result is not None

    @property
    def result(self) -> Result:
        """What the case came to; before its end: so far."""
        return self._result or Result.of(self._core.result())

    # ---- steps

    def step(self, **keys: Any) -> Step:
        """One step with the keys of a scenario's step: do, expect, who, id, note."""
        step = {("do" if key == "do_" else key): value for key, value in keys.items()
                if value is not None}
        told = Step.of(self._core.step(_yaml(step), *_caller()))
        if self._checks:
            self._cannot_be_a_file = ("check のあとに手順がある", "a step follows a check")
        self._steps.append(step)
        self._judged(told)
        self._within_limits()
        return told

    def expect(self, *, id: str | Sequence[str] | None = None, **expected: Any) -> Step:
        """Waits until all of it is seen: the words of `expect:`, and within, by.

        Goes on with what the last act began: bench.expect(screen="passcode_entry", within=5).
        """
        return self.step(id=id, expect=expected)

    def check(self, **then: Any) -> list[Step]:
        """What holds at the end: the words of `then:`.

        bench.check(backend={"consent": ...}, ordinary_view="refused", emergency_view="returned")
        """
        if not then:
            raise _wrong("check：確かめることを書いてください", "check: say what has to hold")
        self._within_limits()
        told = [Step.of(step) for step in self._core.checks(_yaml(then), *_caller())]
        if self._checks.keys() & then.keys():
            self._cannot_be_a_file = ("同じことを 2 回確かめた", "the same is checked twice")
        self._checks.update(then)
        for step in told:
            self._judged(step)
        self._within_limits()
        return told

    def _within_limits(self) -> None:
        """A scenario whose simulated time is used up is inconclusive, whatever comes then."""
        if self._core.out_of_time():
            limit = self._header.get("limits", {}).get("simulated", 3600)
            self._judged(self._attest(
                Text("シミュレーション時間", "simulated time"),
                Text(f"{limit:g} 秒以内", f"within {limit:g} s"),
                Text(f"{self.now:.3f} 秒。上限は limits={{'simulated': 秒}} で変えられる",
                     f"{self.now:.3f} s; limits={{'simulated': seconds}} sets another limit"),
                Verdict.INCONCLUSIVE, _caller()))

    @staticmethod
    def _judged(step: Step) -> Step:
        if step.verdict is Verdict.PASS:
            return step
        raise Inconclusive(step) if step.verdict is Verdict.INCONCLUSIVE else Deviation(step)

    def attest(self, what: str | tuple[str, str], holds: bool, observed: str = "") -> Step:
        """A judgement of the script's own, kept beside the steps as attested by script."""
        ja, en = arguments.both("what", what)
        seen = str(observed) or str(bool(holds))
        return self._judged(self._attest(
            Text("スクリプトの確認", "a check of the script"), Text(ja, en), Text(seen, seen),
            Verdict.PASS if holds else Verdict.FAIL, _caller()))

    # ---- time

    @property
    def now(self) -> float:
        """Simulated seconds since the beginning."""
        self._looked = True
        return self._core.now_us() / 1e6

    def run(self, seconds: float) -> None:
        """Lets simulated time pass."""
        self._core.run(_seconds(seconds), *_caller())
        if self._checks:
            self._cannot_be_a_file = ("check のあとに時間が進む", "time goes on after a check")
        self._steps.append({"do": {"wait": seconds}})
        self._no_step("run")
        self._within_limits()

    def run_until(self, condition: Callable[[], object], within: float = 60.0) -> float:
        """Runs until the condition holds; it is asked after each instant, and may look, not act.

        The result: the simulated seconds that it took. Raises Deviation if it does not hold within
        so many simulated seconds.
        """
        if not callable(condition):
            raise _wrong("条件は関数です。lambda: を前に付けてください",
                         "a condition is a function: put `lambda:` before it")
        begin, place = self.now, _caller()
        holds = self._core.run_until(condition, _seconds(within), *place)
        self._no_step("run_until")
        took = self.now - begin
        if not holds and took + 1e-6 < within:
            self._within_limits()
        name = getattr(condition, "__name__", "")
        what = "" if name in ("", "<lambda>") else f" {name}"
        self._judged(self._attest(
            Text(f"スクリプトの条件{what}を待つ", f"waits for the script's condition{what}"),
            Text(f"{within:g} 秒以内に成り立つ", f"holds within {within:g} s"),
            Text(f"{took:.3f} 秒後に成り立った", f"held after {took:.3f} s") if holds else
            Text("成り立たなかった", "did not hold"),
            Verdict.PASS if holds else Verdict.FAIL, place))
        self._within_limits()
        return took

    def _no_step(self, what: str) -> None:
        """Faults that start at a step count other steps in a file."""
        if any("step" in fault.get(edge, ()) for fault in self._header.get("faults", ())
               for edge in ("starts", "stops") if isinstance(fault.get(edge), Mapping)):
            self._cannot_be_a_file = (f"故障が手順の番号で始まり、{what} も数に入っている",
                                      f"faults start at numbers of steps, and {what} counts as one")

    # ---- what is seen

    def seen(self, word: str) -> str:
        """Of a word of `expect:` ("consent"), what there is now, as a scenario would write it."""
        self._looked = True
        try:
            return self._core.seen(str(word))
        except Error as error:
            error.file, error.line = _caller()
            raise

    def to_scenario(self) -> Scenario:
        """The steps so far as a scenario, which can be saved and run.

        What is no step (conditions and checks of the script with the time they took, raw bytes)
        is not in it; run(seconds) is a wait. Raises Error where that would be another case.
        """
        if self._cannot_be_a_file:
            ja, en = self._cannot_be_a_file
            raise _told(f"この手順は同じ意味のファイルにできません：{ja}",
                        f"these steps are no file that means the same: {en}")
        scenario: dict[str, Any] = {**self._header, "steps": list(self._steps)}
        if self._checks:
            scenario["then"] = dict(self._checks)
        return Scenario(scenario)


# JSON is YAML. What JSON has no word for (a Path, a date) is written as its text.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


def _yaml(data: Mapping[str, Any]) -> str:
    try:
        text = _ENCODER.encode(data)
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:  # a cycle, a surrogate alone
        raise _told(f"書けない値です：{error}", f"a value that cannot be written: {error}") from error
    return text
