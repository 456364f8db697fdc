"""The worked examples run as their readers would run them."""

import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).parents[3] / "python/examples").glob("*.py"))


def test_there_are_six_and_the_first_is_p3_in_fifteen_lines():
    assert len(EXAMPLES) >= 6
    first = next(path for path in EXAMPLES if path.name == "p3_in_fifteen_lines.py")
    assert len(first.read_text(encoding="utf-8").splitlines()) == 15


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_example(path, tmp_path):
    # Elsewhere: an example needs nothing but the package.
    command = [sys.executable, path]
    if path.name.startswith("test_"):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "LC_ALL": "C.UTF-8"},
                          capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no tests ran" not in done.stdout
