"""A project that uses the plugin: each test runs a pytest of its own in it."""

import json
import pathlib
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
P3 = (ROOT / "scenarios/hospital_flow/p3_emergency_reception_on_the_reader.yaml").read_text(
    encoding="utf-8")
STRICT = ("--strict-markers", "-W", "error", "-p", "no:cacheprovider")
PRESS = '    bench.reader.press("職員用ボタン", by="reception_staff", id="P3-1",\n' \
        '                       expect={"screen": "%s"})\n'
GOOD, BAD = PRESS % "passcode_entry", PRESS % "consent"
FAILS = ("consent: declined, eligibility: checked, screen", "consent: granted, screen")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONUTF8", "1")
    return pytester


def scenario(project: pytest.Pytester, name: str, *changes: tuple[str, str]) -> pathlib.Path:
    text = P3.replace("scenario: p3_emergency_reception_on_the_reader", f"scenario: {name}")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = project.path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def script(project: pytest.Pytester, *lines: str, name: str = "test_x") -> None:
    project.makepyfile(**{name: "import pytest\nimport uketsuke\n\n" + "\n".join(lines)})


def pytest_of(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest_subprocess(*STRICT, *arguments)


def report(project: pytest.Pytester, folder: str = "out") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (project.path / folder / "results.json").read_text(encoding="utf-8"))
    return found


def results(project: pytest.Pytester, folder: str = "out") -> dict[str, Any]:
    return {s["name"]: s for s in report(project, folder)["scenarios"]}
