"""Types: stub and module say the same, and whoever uses the package is checked by mypy --strict."""

import functools
import os
import pathlib
import subprocess
import sys
import types
from collections.abc import Callable

import pytest

from conftest import PASS, TIMEOUT_S
from stubs import check_stub
from uketsuke import _core

ROOT = pathlib.Path(__file__).resolve().parents[3]
STUB = (ROOT / "python/uketsuke/_core.pyi").read_text(encoding="utf-8")
TYPED = ["python/uketsuke", "python/examples", "python/stubs", "python/build_backend.py",
         "python/install_folder.py", "tests/python/conftest.py", "tests/python/test_install.py",
         "tests/python/bindings"]
# Tests may leave their own signatures out; what they do with the package is checked all the same.
LENIENT = """
disallow_untyped_defs = False
disallow_incomplete_defs = False
disallow_untyped_calls = False
"""


Done = subprocess.CompletedProcess[str]
Mypy = Callable[..., Done]


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Mypy:
    cache = tmp_path_factory.mktemp("cache")  # one for all: most of the time goes into libraries
    return functools.partial(run_mypy, str(cache))


def run_mypy(cache: str, module: str, *arguments: str, cwd: pathlib.Path) -> Done:
    path = os.pathsep.join(str(ROOT / folder) for folder in
                           ("python", "tests/python", "tests/python/bindings"))
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S,
                          env={**os.environ, "MYPYPATH": path, "MYPY_CACHE_DIR": cache})


def test_the_stub_says_what_the_module_has() -> None:
    assert check_stub(_core, STUB) == []


def test_mypy_finds_the_stub_of_the_module_in_order(mypy: Mypy, tmp_path: pathlib.Path) -> None:
    # A class of pybind11 has a metaclass that no stub can name; its members are checked anyway.
    classes = [name for name, own in vars(_core).items() if isinstance(own, type)]
    allowed = tmp_path / "allowed"
    allowed.write_text("".join(f"uketsuke._core.{name}\n" for name in classes))
    done = mypy("mypy.stubtest", "uketsuke._core", "--allowlist", str(allowed), cwd=tmp_path)
    assert done.returncode == PASS, done.stdout


def test_what_uses_the_package_is_typed(mypy: Mypy, tmp_path: pathlib.Path) -> None:
    tests = [path.stem for path in (ROOT / "tests/python/bindings").glob("*.py")]
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\nstrict = True\n[mypy-{','.join(tests)}]{LENIENT}")
    paths = [path for path in TYPED if (ROOT / path).exists()]
    done = mypy("mypy", "--config-file", str(config), *paths, cwd=ROOT)
    assert done.returncode == PASS, done.stdout


def test_a_user_is_told_what_does_not_fit(mypy: Mypy, tmp_path: pathlib.Path) -> None:
    (tmp_path / "user.py").write_text(
        "import uketsuke\nuketsuke.__version__ + 1\nuketsuke.nothing_of_that_name\n")
    done = mypy("mypy", "--strict", "user.py", cwd=tmp_path)
    assert "user.py:2: error" in done.stdout and "user.py:3: error" in done.stdout


MODULE = """
def act(word: str, times: int = 1) -> None: ...
def both(a: int) -> int: ...
class Bench:
    value: int
    def __init__(self, seed: int = ...) -> None: ...
    @property
    def name(self) -> str: ...
    @staticmethod
    def of(word: str, *, at: float) -> Bench: ...
    def act(self, __step: int) -> str: ...
"""


def documented(doc: str) -> Callable[[], None]:
    def function() -> None: ...
    function.__doc__ = doc
    return function


def planted() -> types.ModuleType:
    """A module as pybind11 documents it."""
    bench = type("Bench", (), {
        "value": 1, "name": property(lambda self: ""),
        "__init__": documented("__init__(self: m.Bench, seed: int = 0) -> None\n"),
        "of": staticmethod(documented("of(word: str, *, at: float) -> m.Bench\n")),
        "act": documented("act(self: m.Bench, arg0: int) -> str\n\nActs.")})
    module = types.ModuleType("m")
    vars(module).update(
        Bench=bench, act=documented("act(word: str, times: int = 1) -> None\n"),
        both=documented("both(*args, **kwargs)\nOverloaded function.\n\n1. both(a: int) -> int\n"))
    return module


def test_a_stub_that_fits_is_let_through() -> None:
    assert check_stub(planted(), MODULE) == []


@pytest.mark.parametrize("right, wrong, found", [
    ("def act(word: str, times: int = 1) -> None: ...\n", "", ["m.act: not in the stub"]),
    ("class Bench", "more: int\nclass Bench", ["m.more: only in the stub"]),
    ("word: str, times", "words: str, times", ["m.act: parameters"]),
    ("times: int = 1", "times: int", ["m.act: parameters"]),
    ("act(word: str, times: int = 1) -> None", "act(word: str, times: int = 1) -> str",
     ["m.act: answers None"]),
    ("both(a: int) -> int", "both(a: int) -> str", ["m.both: answers int"]),
    ("    value: int\n", "", ["m.Bench.value: not in the stub"]),
    ("seed: int = ...", "seed: int = ..., more: int = ...", ["m.Bench.__init__: parameters"]),
    ("*, at: float", "at: float", ["m.Bench.of: parameters"]),
    ("__step: int", "step: int", ["m.Bench.act: parameters"]),
    ("def name(", "def names(", ["m.Bench.name: not", "m.Bench.names: only"]),
])
def test_a_stub_that_does_not_fit_is_found(right: str, wrong: str, found: list[str]) -> None:
    assert MODULE.count(right) == 1
    findings = check_stub(planted(), MODULE.replace(right, wrong))
    assert len(findings) == len(found), findings
    for finding, expected in zip(findings, found):
        assert expected in finding
