"""What `cmake --install` and pip leave behind works from anywhere, without checkout."""

import importlib.util
import json
import os
import pathlib
import site
import subprocess
import sys
import sysconfig
from typing import Any

import pytest

from conftest import ERROR, PASS, TIMEOUT_S

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = pathlib.Path(os.environ["UKETSUKE_BUILD_DIR"])
SCENARIO = ROOT / "scenarios/hospital_flow/emergency_view_refused_without_emergency_mode.yaml"
OURS = ("PYTHONPATH", "DESTDIR", "PYTHONHOME", "VIRTUAL_ENV")
ENVIRONMENT = {k: v for k, v in os.environ.items()
               if k not in OURS and not k.startswith(("UKETSUKE", "PIP_"))}
REPORT = """
import importlib.metadata, json, os, uketsuke
entries = importlib.metadata.entry_points()
print(json.dumps({
    "file": uketsuke.__file__, "version": uketsuke.__version__,
    "metadata": importlib.metadata.version("uketsuke"),
    "scripts": [e.value for e in entries.select(group="console_scripts", name="uketsuke")],
    "plugins": [e.value for e in entries.select(group="pytest11", name="uketsuke")],
    "typed": os.path.exists(os.path.join(os.path.dirname(uketsuke.__file__), "py.typed"))}))
"""


def call(*command: object, cwd: pathlib.Path, **more: str) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, encoding="utf-8",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S,
                          env={**ENVIRONMENT, **more})
    assert done.returncode == PASS, done.stdout
    return done.stdout


def commands(program: object, python: object) -> list[list[str]]:
    """The two ways to call it."""
    return [[str(program)], [str(python), "-m", "uketsuke"]]


def install(prefix: pathlib.Path | str, cwd: pathlib.Path, **more: str) -> None:
    call(os.environ["CMAKE"], "--install", TREE, "--prefix", prefix, cwd=cwd, **more)


def python_folder(prefix: pathlib.Path) -> pathlib.Path:
    [package] = pathlib.Path(prefix).glob("lib/python*/*-packages/uketsuke")
    return package.parent


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("installed")
    install(folder / "prefix of mine", folder)
    return folder / "prefix of mine"


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A virtual environment with nothing but what pip made of the checkout."""
    folder = tmp_path_factory.mktemp("venv")
    call(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    before = names_in_the_checkout()
    call(sys.executable, "-m", "pip", "--python", folder / "bin/python", "install", "--no-index",
         "--no-build-isolation", "--no-deps", "--no-cache-dir", ".", cwd=ROOT,
         UKETSUKE_BUILD_DIR=str(TREE))
    assert names_in_the_checkout() == before
    return folder


def names_in_the_checkout() -> list[str]:
    return sorted(p.relative_to(ROOT).as_posix() for folder in (".", "python", "python/uketsuke")
                  for p in (ROOT / folder).iterdir() if not p.name.startswith((".", "__pycache__")))


def report_of(python: pathlib.Path | str, cwd: pathlib.Path, **more: str) -> Any:
    return json.loads(call(python, "-c", REPORT, cwd=cwd, **more))


def assert_it_is_ours(report: Any, folder: pathlib.Path) -> None:
    assert pathlib.Path(report["file"]).is_relative_to(folder)
    assert report["version"] == report["metadata"]
    assert report["scripts"] == ["uketsuke.__main__:main"]
    assert report["plugins"] == (["uketsuke.pytest_plugin"]
                                 if (ROOT / "python/uketsuke/pytest_plugin.py").exists() else [])
    assert report["typed"]


def test_the_package_installed_by_cmake_is_found(prefix: pathlib.Path,
                                                 tmp_path: pathlib.Path) -> None:
    folder = python_folder(prefix)
    report = report_of(sys.executable, tmp_path, PYTHONPATH=str(folder))
    assert_it_is_ours(report, folder)


def test_what_cmake_installed_runs_scenarios(prefix: pathlib.Path, tmp_path: pathlib.Path) -> None:
    folder = str(python_folder(prefix))
    for command in commands(prefix / "bin/uketsuke", sys.executable):
        out = f"out{len(command)}"
        text = call(*command, "run", SCENARIO, "-j", "2", "--out", out, cwd=tmp_path,
                    PYTHONPATH=folder)
        assert "no deviation found" in text
        assert "193 cases" in call(*command, "catalogue", cwd=tmp_path, PYTHONPATH=folder)


RUN = f"""
import uketsuke
with uketsuke.Bench(reader="face") as bench:
    bench.reader.press("職員用ボタン", by="reception_staff", expect={{"screen": "passcode_entry"}})
print(bench.result.verdict, *[r.verdict for r in uketsuke.run({str(SCENARIO)!r})])
"""


def test_what_was_installed_runs_scenarios_in_python(prefix: pathlib.Path, venv: pathlib.Path,
                                                     tmp_path: pathlib.Path) -> None:
    for python, path in ((sys.executable, str(python_folder(prefix))),
                         (str(venv / "bin/python"), "")):
        assert call(python, "-c", RUN, cwd=tmp_path, PYTHONPATH=path).split() == ["pass"] * 2


@pytest.mark.skipif(not (ROOT / "python/uketsuke/pytest_plugin.py").exists(),
                    reason="the package has no plugin")
def test_pytest_runs_scenarios_with_the_plugin_that_was_installed(prefix: pathlib.Path,
                                                                  tmp_path: pathlib.Path) -> None:
    (tmp_path / "case.yaml").write_bytes(SCENARIO.read_bytes())
    text = call(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "case.yaml",
                cwd=tmp_path, PYTHONPATH=str(python_folder(prefix)))
    assert "1 passed" in text


def test_every_file_of_the_package_is_installed(prefix: pathlib.Path) -> None:
    sources = {p.name for p in (ROOT / "python/uketsuke").iterdir() if p.is_file()}
    installed = {p.name for p in (python_folder(prefix) / "uketsuke").iterdir() if p.is_file()}
    assert installed == sources | {"_core" + sysconfig.get_config_var("EXT_SUFFIX")}


def test_an_older_version_is_replaced(tmp_path: pathlib.Path) -> None:
    install("here", tmp_path)  # below the working directory
    older = python_folder(tmp_path / "here") / "uketsuke-0.0.1.dist-info"
    older.mkdir()
    install("here", tmp_path)
    assert not older.exists()
    assert len(list(older.parent.glob("uketsuke-*.dist-info"))) == 1


def test_the_data_are_those_of_the_installation(tmp_path: pathlib.Path) -> None:
    install(tmp_path / "p", tmp_path)
    folder = python_folder(tmp_path / "p")
    (tmp_path / "p/share/uketsuke/scenarios").rename(tmp_path / "gone")
    for command in commands(tmp_path / "p/bin/uketsuke", sys.executable):
        done = subprocess.run([*command, "catalogue"], cwd=tmp_path, text=True, capture_output=True,
                              env={**ENVIRONMENT, "PYTHONPATH": str(folder)}, timeout=TIMEOUT_S)
        assert done.returncode == ERROR and "UKETSUKE_DATA" in done.stderr


def test_a_stage_for_packagers_has_links_that_hold_after_the_move(tmp_path: pathlib.Path) -> None:
    install("/usr", tmp_path, DESTDIR=str(tmp_path / "stage"))
    [package] = (tmp_path / "stage/usr/lib").glob("python*/*-packages/uketsuke")
    (tmp_path / "stage").rename(tmp_path / "elsewhere")
    data = tmp_path / "elsewhere" / package.relative_to(tmp_path / "stage") / "_scenarios"
    assert not os.path.isabs(os.readlink(data))
    assert (data / "cards").is_dir()


def test_python_looks_where_it_is_installed_below_its_own_prefix() -> None:
    path = ROOT / "python/install_folder.py"
    spec = importlib.util.spec_from_file_location("install_folder", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    debian = ["/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages",
              "/usr/lib/python3.11/dist-packages"]
    for prefix, folder in (("/usr/local", debian[0]), ("/usr", debian[1]),
                           ("/opt/u", "/opt/u/lib/python3.11/dist-packages")):
        assert module.install_folder(prefix, debian) == folder
    for prefix in (folder.split("/lib/")[0] for folder in site.getsitepackages()):
        assert module.install_folder(prefix, site.getsitepackages()) in sys.path
    own = ["/opt/python/lib/python3.12/site-packages"]
    assert module.install_folder("/opt/python", own) == own[0]


def test_pip_installs_a_checkout_and_leaves_it_clean(venv: pathlib.Path,
                                                     tmp_path: pathlib.Path) -> None:
    assert_it_is_ours(report_of(venv / "bin/python", tmp_path), venv)


def test_what_pip_installed_runs_scenarios(venv: pathlib.Path, tmp_path: pathlib.Path) -> None:
    version = call(venv / "bin/uketsuke", "--version", cwd=tmp_path)
    assert call(venv / "bin/python", "-m", "uketsuke", "--version", cwd=tmp_path) == version
    for command in commands(venv / "bin/uketsuke", venv / "bin/python"):
        out = f"out{len(command)}"
        text = call(*command, "run", SCENARIO, "-j", "2", "--out", out, cwd=tmp_path)
        assert "no deviation found" in text


def test_the_types_of_what_pip_installed_are_seen(venv: pathlib.Path,
                                                  tmp_path: pathlib.Path) -> None:
    (tmp_path / "user.py").write_text("import uketsuke\nreveal_type(uketsuke.__version__)\n")
    text = call(sys.executable, "-m", "mypy", "--strict", "--python-executable",
                venv / "bin/python", "user.py", cwd=tmp_path)
    assert 'Revealed type is "builtins.str"' in text


def test_what_pip_installed_pip_takes_away(venv: pathlib.Path) -> None:
    listed = call(sys.executable, "-m", "pip", "--python", venv / "bin/python", "show", "-f",
                  "uketsuke", cwd=venv)
    assert "Name: uketsuke" in listed and "uketsuke/_scenarios/cards/" in listed
    call(sys.executable, "-m", "pip", "--python", venv / "bin/python", "uninstall", "-y",
         "uketsuke", cwd=venv)
    assert not list(venv.glob("lib/python*/site-packages/uketsuke*"))
    assert not (venv / "bin/uketsuke").exists()
