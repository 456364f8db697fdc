"""Scenario files: read, built, written, run."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Union

from uketsuke import _core, arguments
from uketsuke.arguments import wrong
from uketsuke.errors import Problem
from uketsuke.results import Results, Text

Source = Union[str, "os.PathLike[str]", Mapping[str, Any], "Scenario"]


class Scenario:
    """One scenario: a file's content as plain data; of one row of its examples if load() made it.

    Scenario({"uketsuke": 1, "scenario": "p3_x", ...}) holds the keys of a scenario file. It is
    checked when it is loaded or run, not before. A scenario does not change.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        # Written and read once: what is no plain data is told here, and compares equal later.
        if not isinstance(data, Mapping):
            raise wrong(f"Scenario は辞書から作ります（ファイルなら load）：{data!r:.60}",
                        f"a Scenario is made of a dict (of a file by load), not of {data!r:.60}")
        self._text = _core.to_yaml(dict(data))
        self._data: dict[str, Any] = _core.yaml_data_of_text(self._text)
        self._file = ""
        self._line = 0
        self._row = 0
        self._facts: dict[str, Any] | None = None

    @classmethod
    def _of_row(cls, facts: dict[str, Any], document: dict[str, Any], file: str) -> Scenario:
        """facts: what C++ found in this row; file: from which it can be run; empty: none."""
        row = facts["row"]
        data = {**document, "examples": [document["examples"][row - 1]]} if row else document
        scenario = cls(data)
        scenario._file, scenario._line, scenario._row = file, facts["line"], row
        scenario._facts = facts
        return scenario

    # ---- what it says

    @property
    def data(self) -> dict[str, Any]:
        """All keys of the file, as a copy."""
        return copy.deepcopy(self._data)

    @property
    def id(self) -> str:
        return str(self._data.get("scenario", ""))

    @property
    def title(self) -> Text:
        title = self._data.get("title")
        if not isinstance(title, Mapping):
            return Text()
        return Text(str(title.get("ja", "")), str(title.get("en", "")))

    @property
    def seed(self) -> tuple[str, ...]:
        """Pages: ("P2", "P3")."""
        return _texts(self._data.get("seed"))

    @property
    def releases(self) -> tuple[str, ...]:
        """For which it holds; empty: every one."""
        return _texts(self._data.get("releases"))

    @property
    def tags(self) -> tuple[str, ...]:
        return _texts(self._data.get("tags"))

    @property
    def covered(self) -> tuple[str, ...]:
        """Ids of the seed that it covers: `covers`, and those of its steps, each once."""
        if self._facts is not None:
            return tuple(self._facts["covered"])
        ids = [*_texts(self._data.get("covers"))]
        for values in self._rows():
            for step in _filled(self._data.get("steps") or [], values):
                ids += _texts(step.get("id"))
        return tuple(dict.fromkeys(ids))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """As they are done: with the values of the row, if it is one row."""
        rows = self._rows()
        steps = self._data.get("steps") or []
        return copy.deepcopy(_filled(steps, rows[0]) if len(rows) == 1 else steps)

    @property
    def file(self) -> str:
        """Where it stands; empty: it was built."""
        return self._file

    @property
    def line(self) -> int:
        """Of the row in the examples, else of the scenario's id; 0: it was built."""
        return self._line

    @property
    def row(self) -> int:
        """Of the examples of its file, from 1; 0: it has none, or is not one row."""
        return self._row

    @property
    def variant(self) -> str:
        """Values of the row as reports show them; empty without examples."""
        return str(self._facts["variant"]) if self._facts is not None else ""

    @property
    def name(self) -> str:
        """As reports name it: id[variant]."""
        return f"{self.id}[{self.variant}]" if self.variant else self.id

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Of its file; known once it was loaded."""
        if self._facts is None:
            return ()
        return tuple(Problem(w["file"], w["line"], w["column"], *w["message"])
                     for w in self._facts["warnings"])

    def _rows(self) -> list[dict[str, Any]]:
        rows = self._data.get("examples")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [{}]

    # ---- as a file

    def to_yaml(self) -> str:
        return self._text

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Into this file, or into ID.yaml of this folder; answers where."""
        target = Path(arguments.path("path", path))
        if target.is_dir():
            target = target / f"{self.id}.yaml"
        target.write_text(self._text, encoding="utf-8")
        return target

    def run(self, **settings: Any) -> Results:
        """The same as run(scenario, ...)."""
        return run(self, **settings)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self._data == other._data

    def __hash__(self) -> int:
        # Equal are scenarios with the same keys, in whatever order.
        return hash(json.dumps(self._data, sort_keys=True))

    def __repr__(self) -> str:
        place = f" at {self._file}:{self._line}" if self._file else ""
        return f"<Scenario {self.name}{place}>"

    # ---- for C++

    def _source(self) -> dict[str, Any]:
        if self._file:
            return _source(paths=[self._file], row=self._row - 1 if self._row else 0)
        return _source(name=f"Scenario({self.id!r}).to_yaml()", text=self._text)


def load(source: Source, *, only: str | Sequence[str] = (), tags: str | Sequence[str] = (),
         release: str | None = None, data_folder: str | os.PathLike[str] = "") -> list[Scenario]:
    """The scenarios of a file, of all files of a folder, or of plain data: one for each row of the
    examples.

    only: ids, or shell patterns on them. tags: all of them. release: those that hold for it.
    Raises ScenarioError with all problems of all files, each with file, line and column.
    """
    scenarios = []
    documents: dict[str, dict[str, Any]] = {}
    if isinstance(source, Mapping):
        source = Scenario(source)
    found = _core.rows(_source_of(source), arguments.texts("only", only),
                       arguments.texts("tags", tags), arguments.text("release", release or ""),
                       arguments.path("data_folder", data_folder))
    for facts in found:
        file = "" if isinstance(source, Scenario) and not source.file else facts["file"]
        if facts["file"] not in documents:
            documents[facts["file"]] = (source.data if isinstance(source, Scenario)
                                        else _core.yaml_data(facts["file"]))
        if isinstance(source, Scenario) and source.row:  # one row already
            return [source]
        scenarios.append(Scenario._of_row(facts, documents[facts["file"]], file))
    return scenarios


def run(source: Source | Iterable[Source], *, release: str | None = None, seed: int = 1,
        bind: Mapping[str, str] | Sequence[str] = (), bench_file: str | os.PathLike[str] = "",
        only: str | Sequence[str] = (), tags: str | Sequence[str] = (),
        out: str | os.PathLike[str] = "", keep_journals: bool = False,
        data_folder: str | os.PathLike[str] = "") -> Results:
    """Runs scenarios in this process, one after the other, as `uketsuke run` does.

    source: a file, a folder, plain data, a Scenario, or several of these. bind: what stands in
    place of models, {"reader": "usbip:127.0.0.1/1-1"}. out: a folder for results.json, junit.xml,
    report.html and journals (one source). Raises ScenarioError if what is named does not load; a
    file of a folder that does not load is a result with the verdict error.
    """
    binds = ([f"{role}={what}" for role, what in bind.items()] if isinstance(bind, Mapping)
             else arguments.texts("bind", bind))
    settings = {
        "release": arguments.text("release", release or ""),
        "seed": arguments.number("seed", seed, 2**64 - 1), "repetition": 0, "bind": binds,
        "bench_file": arguments.path("bench_file", bench_file),
        "only": arguments.texts("only", only), "tags": arguments.texts("tags", tags),
        "out": arguments.path("out", out), "keep_journals": bool(keep_journals),
        "journal_folder": "", "language": _core.language(),
        "data_folder": arguments.path("data_folder", data_folder)}
    several = isinstance(source, Iterable) and not isinstance(
        source, (str, bytes, os.PathLike, Mapping, Scenario))
    if several and out:
        raise wrong("out：シナリオが 1 つのときだけ使えます。フォルダーを指定してください",
                    "out: of one source; name a folder of scenarios")
    results = Results()
    for one in (source if several else [source]):  # type: ignore[union-attr, list-item]
        results += Results.of(_core.run(_source_of(one), settings))
    return results


def _source(paths: Sequence[str] = (), name: str = "", text: str = "", row: int = -1
            ) -> dict[str, Any]:
    return {"paths": list(paths), "name": name, "text": text, "row": row}


def _source_of(source: Source) -> dict[str, Any]:
    if isinstance(source, Mapping):
        source = Scenario(source)
    if isinstance(source, Scenario):
        return source._source()
    if not isinstance(source, (str, os.PathLike)):
        raise wrong(f"シナリオは、ファイルかフォルダーのパス、辞書、Scenario です：{source!r:.60}",
                    "a scenario is the path of a file or folder, a dict or a Scenario, not "
                    f"{source!r:.60}")
    return _source([str(os.fspath(source))])


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _filled(value: Any, row: Mapping[str, Any]) -> Any:
    """With the row's values for ${name}."""
    if isinstance(value, dict):
        return {key: _filled(item, row) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, row) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    for name, cell in row.items():
        if value == f"${{{name}}}":
            return cell
        value = value.replace(f"${{{name}}}", str(cell))
    return value
