"""Prints python/uketsuke/roles.pyi: the acts of the roles, as the registry has them.

    PYTHONPATH=build/python /usr/bin/python3 python/stubs/roles.py > python/uketsuke/roles.pyi
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke import _core

HEAD = '''\
"""Who is at the desk. Made from the registry by python/stubs/roles.py; do not edit."""

from collections.abc import Mapping, Sequence
from typing import Any

from uketsuke.bench import Bench
from uketsuke.results import Step

class Role:
    _bench: Bench
    def __init__(self, bench: Bench) -> None: ...
'''
OWNERS = {"reader": "Reader(Role)", "terminal": "Terminal(Role)", "card": "Card(Role)",
          "ehr": "Ehr(Role)", "bench": "Waits"}
KINDS = {"integer": "int | str", "seconds": "float", "truth": "bool",
         "seconds or assumption": "float | str", "word": "str", "text": "str"}
COMMON = ("by: str | None = None, id: str | Sequence[str] | None = None, "
          "expect: Mapping[str, object] | None = None, note: str | None = None")


def kind(row: Mapping[str, Any]) -> str:
    return KINDS.get(row["kind"], "object")


def act(row: Mapping[str, Any]) -> str:
    value = f"value: {kind(row)}"
    if row["bare"] or row["fields"]:
        value += " | None = None"
    parameters = ["self", value, "/", "*", COMMON]
    for field in row["fields"]:
        name = field["name"] + ("_" if field["name"] in ("with", "in") else "")
        parameters.append(f"{name}: {kind(field)} | None = None")
    lines = [f"    def {row['spoken']}("]
    lines += [f"        {parameter}," for parameter in parameters]
    return "\n".join([*lines, f"    ) -> Step: ...  # {row['name']}"])


def stubs() -> str:
    text = HEAD
    for role, owner in OWNERS.items():
        text += f"\nclass {owner}:\n"
        if role == "card":
            text += "    @property\n    def lying(self) -> str: ...\n"
        for row in _core.expectations():
            if row["role"] == role and role != "bench":
                text += f"    @property\n    def {row['spoken']}(self) -> str: ...\n"
        for row in _core.actions():
            if row["role"] == role:
                text += act(row) + "\n"
    return text


if __name__ == "__main__":
    print(stubs(), end="")
