"""What the screens of a bench are called, and what can be pressed there: the data that scenarios
are checked against, and models show."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from uketsuke import _core
from uketsuke.arguments import path, wrong
from uketsuke.results import Text


@dataclass(frozen=True)
class Control:
    """What a person can press, tick or fill in. Acts take id, label or one of the aliases.

    kind: "button", "field", "secret field", "tick".
    """

    id: str
    kind: str
    label: Text
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Screen:
    """One screen: its id, as in expect(screen=...), its title, and what it offers."""

    id: str
    title: Text
    controls: tuple[Control, ...]

    @property
    def buttons(self) -> tuple[str, ...]:
        """Ids of what can be pressed, as in reader.press(...)."""
        return tuple(one.id for one in self.controls if one.kind == "button")


def _of(role: str, data_folder: str | os.PathLike[str]) -> dict[str, Any]:
    roles = _core.screens(path("data_folder", data_folder))
    if role not in roles:
        ja, en = _core.nearest(str(role), list(roles))
        raise wrong(f"{role!r}：この役に画面はありません{ja}",
                    f"{role!r}: this role has no screens{en}")
    return roles[role]


def screens(role: str = "reader", *,
            data_folder: str | os.PathLike[str] = "") -> dict[str, Screen]:
    """The screens of "reader" (the face-auth reader's panel), "terminal" or "ehr", by their ids.

    uketsuke.screens("reader")["initial"].buttons is ("staff_button",).
    """
    return {row["id"]: Screen(row["id"], Text(*row["title"]), tuple(
        Control(one["id"], one["kind"], Text(*one["label"]), tuple(one["aliases"]))
        for one in row["controls"])) for row in _of(role, data_folder)["screens"]}


def messages(role: str = "reader", *,
             data_folder: str | os.PathLike[str] = "") -> dict[str, Text]:
    """The messages that these screens can show, by their ids, as in expect(message=...)."""
    return {id: Text(*words) for id, words in _of(role, data_folder)["messages"].items()}
