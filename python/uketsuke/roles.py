"""Who is at the desk. The acts are those of the scenarios' vocabulary, made from its registry.

bench.card.place(by="family") is the step {who: family, do: place_card}. The rule: an act belongs to
the role that it concerns, under its name without the role's word.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from uketsuke import _core
from uketsuke.arguments import wrong

if TYPE_CHECKING:
    from uketsuke.bench import Bench
    from uketsuke.results import Step

__tracebackhide__ = True  # pytest shows the line of the script


class Role:
    """One of the roles of a bench."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def _desk(self) -> Bench:
        return self._bench


class Reader(Role):
    """The card reader on the desk; of a face-auth reader also its panel."""


class Terminal(Role):
    """The terminal for the eligibility verification."""


class Ehr(Role):
    """The hospital's EHR."""


class Card(Role):
    """The cards that people bring."""

    @property
    def lying(self) -> str:
        """Whose card lies at the reader; empty: none."""
        return self._bench._core.lying()


class Waits:
    """What belongs to no role."""

    def _desk(self) -> Bench:
        from uketsuke.bench import Bench

        assert isinstance(self, Bench)
        return self


_COMMON = ("by", "id", "expect", "note")
_OWNERS: dict[str, type] = {"reader": Reader, "terminal": Terminal, "card": Card, "ehr": Ehr,
                            "bench": Waits}


def _argument(row: Mapping[str, Any], value: object, fields: Mapping[str, object]) -> object:
    """What stands behind the act's name in a scenario; None: the name stands alone."""
    named = {name.rstrip("_"): own for name, own in fields.items()}  # with_ for with
    known = [field["name"] for field in row["fields"]]
    for name in named:
        if name not in known:
            near = difflib.get_close_matches(name, [*known, *_COMMON], 1)
            raise wrong(f"{row['spoken']}：{name} はありません" +
                        (f"。{near[0]} ですか" if near else ""),
                        f"{row['spoken']}: no {name}" +
                        (f"; did you mean {near[0]}?" if near else ""))
    if value is None:
        return named or None
    if not named:
        return value
    if not row["main"]:
        raise wrong(f"{row['spoken']}：値 1 つか、名前の付いた値かのどちらかです",
                    f"{row['spoken']}: either one value or named ones")
    return {row["main"]: value, **named}


def _act(row: Mapping[str, Any]) -> Callable[..., Step]:
    name = row["name"]

    def act(self: Any, value: object = None, /, *, by: str | None = None,
            id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None,
            note: str | None = None, **fields: object) -> Step:
        argument = _argument(row, value, fields)
        bench: Bench = self._desk()
        return bench.step(id=id, who=by, note=note, expect=expect,
                          do=name if argument is None else {name: argument})

    act.__name__ = row["spoken"]
    act.__qualname__ = f"{_OWNERS[row['role']].__name__}.{row['spoken']}"
    act.__doc__ = _documentation(row)
    return act


def _documentation(row: Mapping[str, Any]) -> str:
    lines = [f"{row['en']} / {row['ja']}", "", f"The step `{row['name']}` of a scenario."]
    if row["words"]:
        lines.append("One of: " + ", ".join(row["words"]) + ".")
    lines += [f"{field['name']}: {field['en']} / {field['ja']}" for field in row["fields"]]
    if any(field["name"] == "with" for field in row["fields"]):
        lines.append("`with` is a word of Python: say with_=.")
    lines += ["", "Without expect the act is done and nothing is waited for.",
              "by: who acts. id: seed ids. expect: what is seen then. note: a remark."]
    if row["seed"]:
        lines.append("Seed: " + ", ".join(row["seed"]) + ".")
    if row["assumption"]:
        lines.append(f"Rests on {row['assumption']}.")
    return "\n".join(lines)


def _look(word: str, text: str) -> property:
    def look(self: Any) -> str:
        return self._desk().seen(word)

    look.__doc__ = text
    return property(look)


for _row in _core.actions():
    setattr(_OWNERS[_row["role"]], _row["spoken"], _act(_row))
for _row in _core.expectations():
    if _row["role"] in ("reader", "terminal", "ehr"):
        setattr(_OWNERS[_row["role"]], _row["spoken"],
                _look(_row["name"], f"Now: {_row['en']} / {_row['ja']}"))
