"""YAML scenario files as tests: one item an example row. Nothing is run on collection."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union

import pytest
from _pytest._code.code import (ExceptionChainRepr, ExceptionInfo, ReprEntryNative,
                                ReprFileLocation, ReprTraceback, TerminalRepr)

from uketsuke import _core
from uketsuke.errors import ScenarioError
from uketsuke.pytest_rows import Judged
from uketsuke.pytest_session import Session, session_of
from uketsuke.results import Result, Text, Verdict

# Markers without arguments that are more than labels, and words of -m.
_RESERVED = ("not_a_case", "xdist_group", "and", "or", "not")
_MOST_BYTES = 1 << 20  # no scenario file is longer
def _at_the_left_edge(key: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"^(\xef\xbb\xbf)?[\"']?" + key + rb"[\"']?[ \t]*:", re.MULTILINE)


_OURS, _ID, _STEPS = map(_at_the_left_edge, (b"uketsuke", b"scenario", b"steps"))


def is_scenario_file(path: Path) -> bool:
    """Whether it says of itself that it is one of ours; other projects have YAML, too.

    A misspelt `scenario:` does not make another file of it: then there are `steps:`.
    """
    if path.suffix not in (".yaml", ".yml"):
        return False
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES)
    return bool(_OURS.search(text) and (_ID.search(text) or _STEPS.search(text)))


def collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    is_named = parent.session.isinitpath(file_path)
    try:
        if not is_scenario_file(file_path):
            return None
    except OSError as error:
        if not is_named:  # it may be anybody's
            parent.warn(pytest.PytestCollectionWarning(f"{file_path}: {error.strerror}"))
            return None
    if not is_named and _core.is_data_file(str(file_path), ""):
        return None
    file: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return file


class ScenarioFile(pytest.File):
    error: ScenarioError | None = None  # why it could not be collected

    def collect(self) -> Iterator[pytest.Item]:
        try:
            rows = _core.rows({"paths": [str(self.path)], "name": "", "text": "", "row": -1},
                              [], [], "", "")
        except ScenarioError as error:
            self.error = error
            raise self.CollectError(self._told(error)) from error
        names: set[str] = set()
        for row in rows:
            name = row["id"] + (f"[{row['variant']}]" if row["variant"] else "")
            if name in names:  # rows with the same values
                name += f"#{row['row']}"
            names.add(name)
            yield ScenarioItem.from_parent(self, name=name, row=row)

    def _told(self, error: ScenarioError) -> str:
        session = session_of(self)
        lines = [f"{session.relative(problem.file)}:{problem.line}:{problem.column}: "
                 f"{Text(problem.ja, problem.en).in_language(session.language)}"
                 for problem in error.problems]
        return "\n".join(lines)


def add_label(item: pytest.Item, name: str) -> None:
    """A marker to select by: -m "NAME". What pytest or a plugin would obey gets a `tag_` before."""
    labels = session_of(item).labels
    if name not in labels:
        obeyed = any(re.match(re.escape(name) + r"\s*\(", str(line).strip())
                     for line in item.config.getini("markers"))
        word = "tag_" + name if obeyed or name in _RESERVED else name
        # pytest.mark.NAME would have to be known to --strict-markers.
        labels[name] = pytest.MarkDecorator(pytest.Mark(word, (), {}, _ispytest=True),
                                            _ispytest=True)
    item.add_marker(labels[name])


class ScenarioItem(pytest.Item):
    def __init__(self, row: dict[str, Any], **more: Any) -> None:
        super().__init__(**more)
        self.scenario_row = row
        self.extra_keyword_matches.update(row["tags"])  # of -k
        self.add_marker(pytest.mark.release(*row["releases"]))
        self.add_marker(pytest.mark.requirement(*row["covered"]))
        for name in dict.fromkeys([*row["tags"], *row["covered"]]):
            add_label(self, name)

    def reportinfo(self) -> tuple[Union["os.PathLike[str]", str], int, str]:
        return self.path, self.scenario_row["line"] - 1, self.name

    def runtest(self) -> None:
        session = session_of(self)
        case = session.current
        assert case is not None
        source = {"paths": [session.typed(self.path)], "name": "", "text": "",
                  "row": max(0, self.scenario_row["row"] - 1)}
        plain, = _core.run(source, session.run_settings(case.repetition))
        result = with_relative_files(Result.of(plain), session)
        case.played = [result]
        if result.not_applicable:
            raise pytest.skip.Exception(result.not_applicable.in_language(session.language),
                                        _use_item_location=True)
        if not result.ok:
            raise Judged(result)

    def repr_failure(self, excinfo: ExceptionInfo[BaseException],
                     style: Any = None) -> Union[str, TerminalRepr]:
        if isinstance(excinfo.value, Judged):
            return explained(excinfo.value.result, session_of(self))
        if isinstance(excinfo.value, ScenarioError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


def with_relative_files(result: Result, session: Session) -> Result:
    plain = result.plain()
    plain["file"] = session.relative(result.file)
    for step in plain["steps"]:
        step["file"] = session.relative(step["file"])
    return Result.of(plain)


def message_of(result: Result, language: str) -> str:
    """One line: which step, what was seen."""
    step = result.decisive_step
    if result.reason or step is None:
        return (result.reason or result.verdict.text).in_language(language).splitlines()[0]
    head = f"{step.seed_id}: " if step.seed_id else ""
    return f"{head}{step.title.in_language(language)}: {step.observed.in_language(language)}"


def explained(result: Result, session: Session) -> TerminalRepr:
    """As the console explains it; the place is that of the step, for editors to jump to."""
    step = result.decisive_step
    file, line = result.file, result.line or 1
    if step is not None and step.line:
        file, line = step.file or result.file, step.line
    word = result.verdict.text.in_language(session.language)
    text = f"{result.name}: {word}\n{result.explain(session.language)}"
    crash = ReprFileLocation(file, line, message_of(result, session.language))
    entry = ReprEntryNative([text.rstrip("\n"), f"\n\n{file}:{line}: {word}\n"])
    return ExceptionChainRepr([(ReprTraceback([entry], None, style="native"), crash, None)])


def category(verdict: str) -> tuple[str, str, str] | None:
    """Category, letter and word of a verdict that pytest has none for."""
    if verdict == Verdict.INCONCLUSIVE.value:
        return "inconclusive", "I", "INCONCLUSIVE"
    if verdict in (Verdict.ERROR.value, Verdict.NONE.value):
        return "error", "E", "ERROR"
    return None
