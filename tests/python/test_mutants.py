"""Mutants as data: every file fits its schema and its registry, and every case has one."""

import json
import os
import pathlib
import subprocess

import jsonschema
import pytest
import yaml

DATA = pathlib.Path(os.environ["UKETSUKE_DATA"])
SCHEMA = json.loads((DATA / "schema" / "mutant.schema.json").read_text(encoding="utf-8"))
FILES = sorted((DATA / "mutants").glob("*.yaml"))
LEAST = 140


def with_text_keys(node):
    if isinstance(node, dict):
        return {str(key): with_text_keys(value) for key, value in node.items()}
    return [with_text_keys(item) for item in node] if isinstance(node, list) else node


def mutants():
    return [mutant for file in FILES
            for mutant in yaml.safe_load(file.read_text(encoding="utf-8"))["mutants"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_file_fits_the_schema(file):
    content = with_text_keys(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert content["family"] == file.stem
    errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(content)
    assert [error.message for error in errors] == []


def test_there_are_enough_and_each_has_an_id_of_its_own():
    ids = [mutant["id"] for mutant in mutants()]
    assert len(ids) == len(set(ids)) >= LEAST


def test_every_case_that_needs_no_pcsc_layer_has_a_mutant_and_every_mutant_a_case():
    cases = {}
    for file in (DATA / "conformance").glob("*.yaml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for case in content.get("cases", []):
            cases[case["id"]] = case
    named = {case for mutant in mutants() for case in mutant.get("killed_by", [])}
    assert {id for id, case in cases.items() if "pcsc" not in case} - named == set()
    if len(cases) >= 193:
        assert named - set(cases) == set()


def mutants_of_the_program(*arguments):
    return subprocess.run([os.environ["UKETSUKE"], "mutants", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("arguments, said", [
    (["--only", "m-seq-repeate"], "there is no mutant m-seq-repeate; did you mean m-seq-repeated?"),
    (["--only", ""], "there is no mutant"),
    (["-j", "0"], "not in range 1 to 512"),
    (["-j", "1000"], "not in range 1 to 512"),
    (["--random", "0"], "not in range 1 to"),
    (["--random", "-1"], "--random"),
    (["--random", "3", "--only", "m-seq-repeated"], "excludes"),
    (["--seed", "-1", "--random", "1"], "not a number from 0 to"),
    (["--seed", "99999999999999999999", "--random", "1"], "not a number from 0 to"),
])
def test_a_slip_on_the_command_line_is_told_before_anything_is_run(arguments, said):
    done = mutants_of_the_program(*arguments)
    assert done.returncode == 5 and said in done.stderr, done.stderr
    assert "internal" not in done.stderr and done.stdout == ""


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_run(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = mutants_of_the_program("--only", "m-seq-repeated", "--out", tmp_path / "file" / "out")
    assert done.returncode == 4 and "internal" not in done.stderr and done.stdout == ""


def test_a_mutant_is_killed_as_expected_by_the_program(tmp_path):
    done = subprocess.run([os.environ["UKETSUKE"], "mutants", "--only", "m-seq-repeated", "--out",
                           tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tmp_path / "kill_matrix.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("m-seq-repeated,message,killed,1,1,MSG-01,")
