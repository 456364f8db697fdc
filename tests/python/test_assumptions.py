"""The register of assumptions and what cites it: every A-nn of code and data is registered, and
every registered one is cited."""

import pathlib
import re

import pytest

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGISTER = ROOT / "scenarios" / "requirements" / "assumptions.yaml"
FOLDERS = ("sim", "models", "harness", "scenarios")
TEXT = {".h", ".cpp", ".txt", ".md", ".py", ".yaml", ".json"}
# Not the end of SHA-256 or RSA-2048.
CITATION = re.compile(r"(?<![A-Za-z0-9])A-[0-9]{2}(?![0-9])")


def citations_in(text):
    return CITATION.findall(text)


def read_register():
    return yaml.safe_load(REGISTER.read_text(encoding="utf-8"))["assumptions"]


def cited():
    """id -> files that cite it, the register itself left out."""
    files = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path == REGISTER or path.suffix not in TEXT or not path.is_file():
                continue
            for name in citations_in(path.read_text(encoding="utf-8")):
                files.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return files


def test_a_citation_is_told_from_the_name_of_an_algorithm():
    assert citations_in("SHA-256, RSA-2048, RSA-20, A-7, A-123; (A-07), A-08/A-09") == [
        "A-07", "A-08", "A-09"]


def test_the_numbers_of_the_register_have_no_gap():
    ids = [entry["id"] for entry in read_register()]
    assert ids == [f"A-{number:02}" for number in range(1, len(ids) + 1)]


def test_an_entry_says_what_is_asked_taken_doubted_and_affected_in_both_languages():
    for entry in read_register():
        assert set(entry) == {"id", "question", "default", "doubt", "affects"}, entry["id"]
        assert set(entry["question"]) == {"ja", "en"}, entry["id"]
        assert all(isinstance(entry[key], str) and entry[key] for key in ("default", "doubt")), \
            entry["id"]
        assert entry["affects"], entry["id"]


def test_no_question_is_asked_twice():
    for language in ("ja", "en"):
        questions = [entry["question"][language] for entry in read_register()]
        assert len(set(questions)) == len(questions)


def test_what_is_cited_is_registered():
    known = {entry["id"] for entry in read_register()}
    assert {name: sorted(files) for name, files in cited().items() if name not in known} == {}


def test_what_is_registered_is_cited():
    assert sorted({entry["id"] for entry in read_register()} - set(cited())) == []


def test_screens_cite_rows_of_the_seed_and_not_whole_pages():
    for path in sorted((ROOT / "scenarios" / "screens").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"seed: *(?!P[1-5]-)\S+", text) == [], path.name
