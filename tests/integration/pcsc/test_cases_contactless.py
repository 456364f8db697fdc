"""The PC/SC cases that only a contactless reader has, and the features of one with a PIN pad."""

import re

from test_cases import Bench, having, named

CONTACTLESS = ("contactless=true", "pin_verify=false", "pin_modify=false", "level=extended",
               "idVendor=0x08e6", "idProduct=0x3437")


def test_a_clean_contactless_reader_shows_no_deviation(start, tmp_path):
    bench = Bench(start, tmp_path, "clean_extended_apdu", *CONTACTLESS)
    done = bench.run("PCS-01", "PCS-02", "PCS-14", "PCS-15", "PCS-16", "PCS-17", "PCS-19")
    assert having(done, "pass") == named(1, 2, 14, 15, 16, 17, 19)


def test_each_deviating_layer_is_found_by_its_case(start, tmp_path):
    done = Bench(start, tmp_path, "clean_extended_apdu", *CONTACTLESS).run("--mutants")
    assert "SURVIVES" not in done
    assert re.findall(r"killed by (PCS-\d\d)", done) == ["PCS-16", "PCS-16", "PCS-17", "PCS-19"]


def test_a_pin_pad_is_listed_where_there_is_one(start, tmp_path):
    pad = ("pin_verify=true", "pin_modify=true", "contactless=false")
    bench = Bench(start, tmp_path, "everything", *pad)
    bench.reader = "Gemalto PC Twin Reader (S) 00 00"  # of its two slots
    assert having(bench.run("PCS-14", "PCS-15"), "pass") == named(14, 15)
    bench.facts = ("pin_verify=false", "pin_modify=false")
    assert having(bench.run("PCS-14"), "fail") == named(14)
