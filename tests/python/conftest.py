"""What the tests of the programs share: running one, writing scenarios for it, reading reports."""

import html.parser
import json
import os
import pathlib
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest

PASS, FAIL, INCONC, BASELINE, ERROR, USAGE = range(6)
# How many times longer a program with sanitizers may take (tests/CMakeLists.txt).
SLOWNESS = int(os.environ.get("UKETSUKE_SLOWNESS", "1"))
TIMEOUT_S = 60 * SLOWNESS


class Program:
    """One of the programs (a path, or a command in words), in a folder of its own."""

    def __init__(self, path, folder):
        self.command = [path] if isinstance(path, str) else list(path)
        self.path = self.command[0]
        self.folder = pathlib.Path(folder)
        self.environment = {k: v for k, v in os.environ.items()
                            if k not in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE")}

    def __call__(self, *arguments, env=None, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([*self.command, *map(str, arguments)], cwd=self.folder, text=True,
                              encoding="utf-8", timeout=TIMEOUT_S,
                              env={**self.environment, **(env or {})}, **options)

    def start(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([*self.command, *map(str, arguments)], cwd=self.folder, text=True,
                                encoding="utf-8", env=self.environment, **options)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def scenario(self, name, do="pass", **more):
        """A scenario of the fake executor: suite/NAME.yaml."""
        lines = [f"id: {name}", f"do: {do}", *(f"{k}: {v}" for k, v in more.items())]
        return self.write(f"suite/{name}.yaml", "\n".join(lines) + "\n")

    def results(self, out="out"):
        return json.loads((self.folder / out / "results.json").read_text(encoding="utf-8"))

    def junit(self, out="out"):
        return ElementTree.parse(self.folder / out / "junit.xml").getroot()

    def html(self, out="out"):
        return (self.folder / out / "report.html").read_text(encoding="utf-8")

    def verdicts(self, out="out"):
        return {s["name"]: s["verdict"] for s in self.results(out)["scenarios"]}


def _program(variable, tmp_path):
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name the program")
    return Program(path, tmp_path)


@pytest.fixture
def fake(tmp_path):
    return _program("UKETSUKE_FAKE", tmp_path)


@pytest.fixture
def program(tmp_path):
    return _program("UKETSUKE", tmp_path)


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


def wait_for(condition, timeout_s=20):
    """The first true answer of condition(); fails if there is none in time."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.01)
    pytest.fail("nothing happened in time")


def only_marker(folder):
    return [p.name for p in folder.iterdir()] == [".uketsuke-run"]


class Tags(html.parser.HTMLParser):
    """Fails on tags that do not close in the order in which they were opened."""

    VOID = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def as_nobody(fake):
    """Options that take the rights of root away; skips if the program is out of reach then."""
    if os.geteuid() != 0:
        return {}
    for path in [fake.folder, *fake.folder.parents]:
        if path.name.startswith("pytest-"):
            path.chmod(0o755)
    fake.folder.chmod(0o777)
    options = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        fake("--version", **options)
    except PermissionError:
        pytest.skip("the program cannot be run without the rights of root")
    return options
