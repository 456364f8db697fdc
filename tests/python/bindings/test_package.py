"""The package in the build tree: it is found, and it says of itself what the project says."""

import importlib.metadata
import pathlib
import re

import uketsuke
from uketsuke import _core

ROOT = pathlib.Path(__file__).resolve().parents[3]


def version_of_the_project() -> str:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(r"project\(uketsuke VERSION ([0-9.]+)", text)
    assert found
    return found[1]


def test_version_is_that_of_the_project() -> None:
    assert uketsuke.__version__ == _core.version == version_of_the_project()


def test_metadata_says_the_same_version() -> None:
    assert importlib.metadata.version("uketsuke") == uketsuke.__version__
