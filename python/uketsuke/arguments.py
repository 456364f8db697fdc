"""What programs pass: checked before C++ sees it, and told in both languages at their line."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

from uketsuke.errors import ArgumentError

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


def number(name: str, value: object, largest: int) -> int:
    """A whole number from 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest:
        return value
    raise wrong(f"{name} は 0 以上 {largest} 以下の整数です：{value!r:.60}",
                f"{name} is a whole number from 0 to {largest}, not {value!r:.60}")


def data(name: str, value: object) -> bytes:
    """What is given as bytes; bytes(5) would be five zeros."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise wrong(f"{name}：bytes を指定してください：{value!r:.60}",
                f"{name}: bytes are wanted, not {value!r:.60}")


def seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise wrong(f"秒数は数で指定してください：{value!r:.60}",
                f"seconds are a number, not {value!r:.60}")
