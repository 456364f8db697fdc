"""What the tests of the programs share: running one, writing scenarios for it, reading reports."""

import html.parser
import json
import os
import pathlib
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest

PASS, FAIL, INCONC, BASELINE, ERROR, USAGE = range(6)
# How many times longer a program with sanitizers may take (tests/CMakeLists.txt).
SLOWNESS = int(os.environ.get("UKETSUKE_SLOWNESS", "1"))
TIMEOUT_S = 60 * SLOWNESS
T = TypeVar("T")


class Program:
    """One of the programs (a path, or a command in words), in a folder of its own."""

    def __init__(self, path: str | Sequence[str], folder: str | pathlib.Path) -> None:
        self.command = [path] if isinstance(path, str) else list(path)
        self.path = self.command[0]
        self.folder = pathlib.Path(folder)
        self.environment = {k: v for k, v in os.environ.items()
                            if k not in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE")}

    def __call__(self, *arguments: Any, env: dict[str, str] | None = None,
                 **options: Any) -> "subprocess.CompletedProcess[str]":
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([*self.command, *map(str, arguments)], cwd=self.folder, text=True,
                              encoding="utf-8", timeout=TIMEOUT_S,
                              env={**self.environment, **(env or {})}, **options)

    def start(self, *arguments: Any, **options: Any) -> "subprocess.Popen[str]":
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([*self.command, *map(str, arguments)], cwd=self.folder, text=True,
                                encoding="utf-8", env=self.environment, **options)

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def scenario(self, name: str, do: str = "pass", **more: Any) -> pathlib.Path:
        """A scenario of the fake executor: suite/NAME.yaml."""
        lines = [f"id: {name}", f"do: {do}", *(f"{k}: {v}" for k, v in more.items())]
        return self.write(f"suite/{name}.yaml", "\n".join(lines) + "\n")

    def results(self, out: str = "out") -> Any:
        return json.loads((self.folder / out / "results.json").read_text(encoding="utf-8"))

    def junit(self, out: str = "out") -> ElementTree.Element:
        return ElementTree.parse(self.folder / out / "junit.xml").getroot()

    def html(self, out: str = "out") -> str:
        return (self.folder / out / "report.html").read_text(encoding="utf-8")

    def verdicts(self, out: str = "out") -> dict[str, str]:
        return {s["name"]: s["verdict"] for s in self.results(out)["scenarios"]}


def _program(variable: str, tmp_path: pathlib.Path) -> Program:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name the program")
    return Program(path, tmp_path)


@pytest.fixture
def fake(tmp_path: pathlib.Path) -> Program:
    return _program("UKETSUKE_FAKE", tmp_path)


@pytest.fixture
def program(tmp_path: pathlib.Path) -> Program:
    return _program("UKETSUKE", tmp_path)


def children(pid: int) -> list[int]:
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


def wait_for(condition: Callable[[], T], timeout_s: float = 20) -> T:
    """The first true answer of condition(); fails if there is none in time."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.01)
    pytest.fail("nothing happened in time")


def only_marker(folder: pathlib.Path) -> bool:
    return [p.name for p in folder.iterdir()] == [".uketsuke-run"]


class Tags(html.parser.HTMLParser):
    """Fails on tags that do not close in the order in which they were opened."""

    VOID = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def as_nobody(fake: Program) -> dict[str, Any]:
    """Options that take the rights of root away; skips if the program is out of reach then."""
    if os.geteuid() != 0:
        return {}
    for path in [fake.folder, *fake.folder.parents]:
        if path.name.startswith("pytest-"):
            path.chmod(0o755)
    fake.folder.chmod(0o777)
    options: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        fake("--version", **options)
    except PermissionError:
        pytest.skip("the program cannot be run without the rights of root")
    return options


def pytest_collection_modifyitems(config: pytest.Config, items: "list[pytest.Item]") -> None:
    """These are tests of the package: their benches are no cases of their own."""
    if not config.pluginmanager.hasplugin("uketsuke"):
        return
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.not_a_case)
