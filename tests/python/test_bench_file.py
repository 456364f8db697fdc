"""The bench file: what the schema takes, the program takes, and the other way round."""

import json
import os
import pathlib
import subprocess

import jsonschema
import pytest
import yaml

USAGE = 5
KEY, DIGEST = "00" * 16, "11" * 32
SCHEMA = json.loads((pathlib.Path(os.environ["UKETSUKE_DATA"]) / "schema" /
                     "bench.schema.json").read_text(encoding="utf-8"))

# What takes long is not bound: every reader here is a model, or nothing is selected to run on it.
CASES = [
    (True, {"uketsuke_bench": 1}),
    (True, {"uketsuke_bench": 1, "title": {"ja": "机", "en": "desk"}, "speed": 2.5,
            "allow_remote": False, "operator_seconds": 30}),
    (True, {"uketsuke_bench": 1, "bind": {"reader": "usb:1209:0001", "card": "operator"}}),
    (True, {"uketsuke_bench": 1, "bind": {"reader": "pcsc:A reader", "panel": "hands:1"}}),
    (True, {"uketsuke_bench": 1, "bind": {"reader": {"exec": ["./reader", "a b"]}}}),
    (True, {"uketsuke_bench": 1, "cards": {"hanako": {
        "simulated": True, "describe": {"ja": "青", "en": "blue"},
        "release": {"key": KEY, "digest": DIGEST, "may_lock": False}}, "taro": {}}}),
    (True, {"uketsuke_bench": 1, "equipment": {"robot": True, "vm": False, "cards": ["taro"]}}),
    (False, {"uketsuke_bench": 1, "equipment": {"robots": True}}),
    (False, {"uketsuke_bench": 1, "equipment": {"robot": "yes"}}),
    (False, {}),
    (False, {"uketsuke_bench": 2}),
    (False, {"uketsuke_bench": 1, "speed": 0}),
    (False, {"uketsuke_bench": 1, "speed": 1001}),
    (False, {"uketsuke_bench": 1, "operator_seconds": 0}),
    (False, {"uketsuke_bench": 1, "bind": {"terminal": "model"}}),
    (False, {"uketsuke_bench": 1, "bind": {"reader": "hands:1"}}),
    (False, {"uketsuke_bench": 1, "bind": {"reader": "usb:"}}),
    (False, {"uketsuke_bench": 1, "bind": {"reader": {"exec": []}}}),
    (False, {"uketsuke_bench": 1, "title": {"ja": "机"}}),
    (False, {"uketsuke_bench": 1, "cards": {"hanako": {"release": {"key": KEY}}}}),
    (False, {"uketsuke_bench": 1, "cards": {"hanako": {"release": {"key": "00",
                                                                 "digest": DIGEST}}}}),
    (False, {"uketsuke_bench": 1, "cards": {"hanako": {"pin": "1234"}}}),
    (False, {"uketsuke_bench": 1, "wind": {}}),
]


@pytest.mark.parametrize("good, content", CASES)
def test_schema_and_program_agree(good, content, tmp_path):
    def quoted(value):  # as text, whatever it looks like
        return yaml.safe_dump(value, allow_unicode=True)
    bench = tmp_path / "bench.yaml"
    bench.write_text(quoted(content), encoding="utf-8")
    assert jsonschema.Draft7Validator(SCHEMA).is_valid(content) == good
    # Nothing has this tag: a bench file that is taken leads to "nothing selected".
    done = subprocess.run([os.environ["UKETSUKE"], "run", os.environ["UKETSUKE_DATA"], "--bench",
                           bench, "--tag", "no-such-tag", "--out", tmp_path / "out"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == USAGE
    assert ("bench.yaml:" not in done.stderr and "is written" not in done.stderr and
            "cannot be bound" not in done.stderr) == good, done.stderr
