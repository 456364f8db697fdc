"""`uketsuke claims`, the claims file and its schema: what the schema takes, the program takes."""

import json
import os
import pathlib
import subprocess

import jsonschema
import pytest
import yaml

USAGE, ENVIRONMENT = 5, 4
DATA = pathlib.Path(os.environ["UKETSUKE_DATA"])
SCHEMA = json.loads((DATA / "schema" / "claims.schema.json").read_text(encoding="utf-8"))
READERS = sorted(path.stem for path in (DATA / "readers").glob("*.yaml"))


def claims(reader, *more):
    return subprocess.run([os.environ["UKETSUKE"], *more, "claims", str(reader)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("reader", READERS)
def test_the_draft_of_every_model_fits_the_schema(reader):
    done = claims("model:" + reader)
    assert done.returncode == 0, done.stderr
    draft = yaml.safe_load(done.stdout)
    jsonschema.Draft7Validator(SCHEMA).validate(draft)
    assert draft["confirmed"] is False
    assert draft["product"]


def test_a_draft_has_what_the_profile_of_the_reader_says():
    draft = yaml.safe_load(claims("model:everything").stdout)
    assert draft["reader"]["exchange_level"] == "extended"
    assert len(draft["reader"]["slots"]) == 2
    assert draft["reader"]["display"] == {"lines": 2, "columns": 16}
    assert draft["reader"]["pin"] == {"verify": True, "modify": True}
    assert draft["usb"] == {"vendor_id": "1209", "product_id": "0004", "speed": "high",
                            "self_powered": False, "serial": True}


def test_what_descriptors_break_is_told_beside_the_draft():
    done = claims("model:acs_acr1251")
    assert done.returncode == 0
    assert "warning DSC-12" in done.stderr and "104 of 691" in done.stderr
    assert "警告 DSC-12" in claims("model:acs_acr1251", "--lang", "ja").stderr
    assert claims("model:clean_tpdu").stderr == ""


def test_descriptors_in_hex_give_the_draft_too(tmp_path):
    sample = tmp_path / "reader.hex"
    sample.write_text(
        "# a short APDU reader\n"
        "device: 12 01 00 02 00 00 00 08 09 12 01 00 00 01 01 02 03 01\n"
        "configuration: 09 02 5d 00 01 01 00 80 32  09 04 00 00 03 0b 00 00 00\n"
        "  36 21 10 01 00 03 03000000 a00f0000 a00f0000 00 002a0000 40420500 00 fe000000\n"
        "  00000000 00000000 ba040200 0f010000 ff ff 0000 00 01\n"
        "  07 05 01 02 4000 00 07 05 82 02 4000 00 07 05 83 03 0800 18\n"
        "string 1: maker\n", encoding="utf-8")
    done = claims(sample)
    assert done.returncode == 0 and done.stderr == ""
    draft = yaml.safe_load(done.stdout)
    assert draft["vendor"] == "maker" and draft["product"] == ""
    assert draft["reader"]["voltages"] == ["5V", "3V"]


GOOD = ("device: 12 01 00 02 00 00 00 08 09 12 01 00 00 01 01 02 03 01\n"
        "configuration: 09 02 5d 00 01 01 00 80 32  09 04 00 00 03 0b 00 00 00\n"
        "  36 21 10 01 00 03 03000000 a00f0000 a00f0000 00 002a0000 40420500 00 fe000000\n"
        "  00000000 00000000 ba040200 0f010000 ff ff 0000 00 01\n"
        "  07 05 01 02 4000 00 07 05 82 02 4000 00 07 05 83 03 0800 18\n")


@pytest.mark.parametrize("name, text", [
    ("half", "09 02 5d 00"),
    ("the device alone", GOOD.splitlines()[0]),
    ("up to the class descriptor", "\n".join(GOOD.splitlines()[:2])),
    ("half of the class descriptor", "\n".join(GOOD.splitlines()[:3])),
    ("a length of zero", GOOD.replace("36 21", "00 21")),
    ("another type", GOOD.replace("36 21", "36 24")),
    ("a class descriptor of 53 bytes", GOOD.replace("36 21", "35 21")),
])
def test_descriptors_that_are_not_whole_give_no_draft_of_zeros(tmp_path, name, text):
    sample = tmp_path / "reader.hex"
    sample.write_text(text, encoding="utf-8")
    done = claims(sample)
    assert done.returncode == USAGE and done.stdout == "", name
    assert "no draft can be made" in done.stderr and "DSC-" in done.stderr
    assert "下書きを作れません" in claims(sample, "--lang", "ja").stderr


def test_a_length_that_lies_is_told_and_the_draft_is_that_of_the_bytes(tmp_path):
    sample = tmp_path / "reader.hex"
    sample.write_text(GOOD.replace("09 02 5d 00", "09 02 5d 40"), encoding="utf-8")
    done = claims(sample)
    assert done.returncode == 0 and "wTotalLength 93" in done.stderr
    assert yaml.safe_load(done.stdout)["usb"]["vendor_id"] == "1209"


def test_a_binary_file_is_named_as_one(tmp_path):
    sample = tmp_path / "descriptors"
    sample.write_bytes(bytes.fromhex("12010002000000080912010000010102030109025d000101008032"))
    done = claims(sample)
    assert done.returncode == USAGE and "od -An -tx1" in done.stderr


@pytest.mark.parametrize("text, place", [("", "no descriptor"), ("configuration: 0x", ""),
                                         ("configuration: 09 0", "reader.hex:1"),
                                         ("\nconfig: 09", "configuration")])
def test_a_file_that_is_no_hex_is_a_usage_error_with_its_line(tmp_path, text, place):
    sample = tmp_path / "reader.hex"
    sample.write_text(text, encoding="utf-8")
    done = claims(sample)
    assert done.returncode == USAGE and place in done.stderr and done.stdout == ""


def test_a_reader_that_is_not_there_is_named():
    assert "there are:" in claims("model:nothing").stderr
    assert claims("model:nothing").returncode == USAGE
    assert claims("no-such-file.hex").returncode == USAGE
    assert claims("pcsc:x").returncode == USAGE


@pytest.mark.parametrize("good, content", [
    (True, {"uketsuke_claims": 1}),
    (True, {"uketsuke_claims": 1, "confirmed": True, "reader": {"display": True}}),
    (True, {"uketsuke_claims": 1, "requirement_packs": ["2020", "2025"]}),
    (True, {"uketsuke_claims": 1, "usb": {"vendor_id": "12aB", "product_id": "0001"}}),
    (False, {"uketsuke_claims": 1, "usb": {"vendor_id": "12a"}}),
    (False, {"uketsuke_claims": 1, "usb": {"product_id": "0x01"}}),
    (False, {"uketsuke_claims": 1, "requirement_packs": "2025"}),
    (False, {"uketsuke_claims": 1, "reader": {"protocols": "T=0"}}),
    (True, {"uketsuke_claims": 1, "reader": {"slots": [{"medium": "sam", "motor": False}]}}),
    (False, {}),
    (False, {"uketsuke_claims": 1, "reader": {"slots": []}}),
    (False, {"uketsuke_claims": 1, "reader": {"slots": [{"motor": True}]}}),
    (False, {"uketsuke_claims": 1, "reader": {"exchange_level": "apdu"}}),
    (False, {"uketsuke_claims": 1, "reader": {"max_slots_busy": 0}}),
    (False, {"uketsuke_claims": 1, "reader": {"display": {"lines": 2}}}),
    (False, {"uketsuke_claims": 1, "reader": {"protocols": ["T0"]}}),
    (False, {"uketsuke_claims": 1, "face": {"camera": True}}),
    (False, {"uketsuke_claims": 1, "requirement_packs": ["2030"]}),
    (False, {"uketsuke_claims": 1, "wakeup": True}),
])
def test_schema_and_program_agree(good, content, tmp_path):
    assert jsonschema.Draft7Validator(SCHEMA).is_valid(content) == good
    file = tmp_path / "claims.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    done = subprocess.run([os.environ["UKETSUKE"], "catalogue", "--for", file],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert (done.returncode == 0) == good, done.stderr
    assert good or "claims.yaml:" in done.stderr, done.stderr
