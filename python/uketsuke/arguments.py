"""What programs pass: checked before C++ sees it, and told in both languages at their line."""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from uketsuke.errors import ArgumentError

_LONGEST = 4000  # letters of what a script says of itself
_PACKAGE = str(Path(__file__).parent)

__tracebackhide__ = True  # pytest shows the line of the script


def caller() -> tuple[str, int]:
    """Where the program is that called into this package."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return "", 0
    # Under a plain C locale a name that is not ASCII has surrogates in place of its bytes.
    name = frame.f_code.co_filename.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name, frame.f_lineno


def wrong(ja: str, en: str) -> ArgumentError:
    """An argument that cannot be, with the line of the program."""
    error = ArgumentError(ja, en)
    error.file, error.line = caller()
    return error


def text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise wrong(f"{name} は文字列です：{value!r:.60}", f"{name} is a str, not {value!r:.60}")


def texts(name: str, value: object) -> list[str]:
    """One or several."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)):
        return [text(f"{name}[{at}]", one) for at, one in enumerate(value)]
    raise wrong(f"{name} は文字列か、文字列のリストです：{value!r:.60}",
                f"{name} is a str or a list of them, not {value!r:.60}")


def path(name: str, value: object) -> str:
    if isinstance(value, (str, os.PathLike)):
        return str(os.fspath(value))
    raise wrong(f"{name} はパスです：{value!r:.60}", f"{name} is a path, not {value!r:.60}")


def mapping(name: str, value: object) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise wrong(f"{name} は辞書です：{value!r:.60}", f"{name} is a dict, not {value!r:.60}")


def both(name: str, value: object) -> tuple[str, str]:
    """A text in both languages: (ja, en), or one for both."""
    if isinstance(value, str):
        return value, value
    if isinstance(value, tuple) and len(value) == 2:
        return text(name, value[0]), text(name, value[1])
    raise wrong(f"{name} は文字列か、日本語と英語の組（ja, en）です：{value!r:.60}",
                f"{name} is a str, or a pair of them (ja, en), not {value!r:.60}")


def legible(said: str) -> str:
    """What UTF-8 can have, and not more than a reader reads."""
    clean = said.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "…"


def number(name: str, value: object, largest: int) -> int:
    """A whole number from 0."""
    if not isinstance(value, bool) and hasattr(value, "__index__"):
        whole = operator.index(value)
        if 0 <= whole <= largest:
            return whole
    raise wrong(f"{name} は 0 以上 {largest} 以下の整数です：{value!r:.60}",
                f"{name} is a whole number from 0 to {largest}, not {value!r:.60}")


def data(name: str, value: object) -> bytes:
    """What is given as bytes; bytes(5) would be five zeros."""
    try:
        return bytes(memoryview(value))  # type: ignore[arg-type]
    except TypeError:
        raise wrong(f"{name}：bytes を指定してください：{value!r:.60}",
                    f"{name}: bytes are wanted, not {value!r:.60}") from None


def seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise wrong(f"秒数は数で指定してください：{value!r:.60}",
                f"seconds are a number, not {value!r:.60}")
