"""Fixtures of the tests with real components."""

import os
import subprocess

import pytest

from components import TIMEOUT_S, Running, component, environment, start_pcscd


@pytest.fixture
def start(tmp_path):
    """start(COMMAND...): a Running, ended with the test."""
    programs = []

    def starter(*command, **options):
        programs.append(Running(tmp_path, *map(str, command), **options))
        return programs[-1]

    yield starter
    for program in reversed(programs):
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()
        if program.process.stdin:
            program.process.stdin.close()


@pytest.fixture
def run(tmp_path):
    """run(COMMAND...): a completed process with text."""
    def runner(*command, **env):
        return subprocess.run([component(command[0]), *map(str, command[1:])], cwd=tmp_path,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                              timeout=TIMEOUT_S, env=environment(tmp_path, **env))
    return runner


@pytest.fixture
def uketsuke():
    path = os.environ.get("UKETSUKE")
    assert path and os.access(path, os.X_OK), "UKETSUKE does not name the program"
    return path


@pytest.fixture
def pcscd(start, tmp_path):
    return start_pcscd(start, tmp_path)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """A real component that is not there is no reason to skip: the test fails."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed: {report.longrepr}"
