"""Panels in Python: a subclass of Panel stands at the panel of the face-auth reader.

    class Declines(uketsuke.Panel):
        def shown(self, display: uketsuke.Display) -> None:
            if display.screen == "consent":
                self.press("declined")

    with uketsuke.Bench(bind={"panel": Declines()}) as bench: ...

What it does, it does at the instant at which it is asked or shown something: simulated time stands
still meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uketsuke import _core, arguments
from uketsuke.errors import Error


_LIKEST = 1000


@dataclass(frozen=True)
class Display:
    """What the panel shows: ids of screen and message (may be empty), fields and read-outs by their
    ids (secrets as ****), ids of what can be pressed or filled in there."""

    screen: str
    message: str
    values: Mapping[str, str]
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Impossible:
    """A deed that cannot be done here, in words: a deviation, unless the step expects just that."""

    ja: str
    en: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "en", self.en or self.ja)


@dataclass(frozen=True)
class Undecided:
    """Nobody can tell whether the deed was done, in words: the step is inconclusive."""

    ja: str
    en: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "en", self.en or self.ja)


Outcome = Impossible | Undecided | None


class Panel:
    """Whoever stands at the panel of a face-auth reader that is a model.

    Deeds of the case (press, enter, tick, show_face, compare_photo) are given to the methods of
    these names; as they stand here, they are done on the reader's panel. An answer other than None
    says that it was not done. The result says of such steps: attested by script NAME. What a method
    raises comes out of the call that asked for the deed, or that let time pass.

    name: in reports; None: that of the class. display: what is shown; None: nothing yet.
    """

    name: str | None = None
    display: Display | None = None
    _port: _core.PanelPort | None = None

    @property
    def _there(self) -> _core.PanelPort:
        if self._port is None:
            raise Error("このパネルはベンチにつながっていません", "this panel is at no bench")
        return self._port

    def press(self, control: str) -> Outcome:
        """Presses a control of the screen, named by its id or its words."""
        self._there.press(arguments.text("control", control))
        return None

    def enter(self, control: str, text: str) -> Outcome:
        """Types into a field."""
        self._there.enter(arguments.text("control", control), arguments.text("text", text))
        return None

    def tick(self, control: str, on: bool) -> Outcome:
        """Ticks a box, or clears it."""
        self._there.tick(arguments.text("control", control), bool(on))
        return None

    def show_face(self, score: int) -> Outcome:
        """Stands before the camera; score: likeness with the card's photo, 0 to 1000."""
        self._there.show_face(arguments.number("score", score, _LIKEST))
        return None

    def compare_photo(self, match: bool) -> Outcome:
        """Compares the patient with the photo on the card; touches no device."""
        return None

    def shown(self, display: Display) -> None:
        """The panel shows something else. Whoever acts here acts at the same instant."""

    def _shown(self, screen: str, message: str, values: Mapping[str, str],
               controls: list[str]) -> None:
        self.display = Display(screen, message, values, tuple(controls))
        self.shown(self.display)
