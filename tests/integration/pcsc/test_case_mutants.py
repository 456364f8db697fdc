"""Layers of PC/SC that deviate, each under the case that has to find it (pcsc_mutants.cpp)."""

import re

from test_cases import CONTACT, Bench


def test_each_deviating_layer_is_found_by_its_case(start, tmp_path):
    done = Bench(start, tmp_path, "clean_tpdu", *CONTACT, "level=tpdu").run("--mutants")
    assert len(re.findall(r"(?m)^mutant .*: killed by PCS-\d\d ", done)) == 21, done
    assert "SURVIVES" not in done
    found = set(re.findall(r"killed by (PCS-\d\d)", done))
    assert found == {f"PCS-{n:02}" for n in range(1, 21)} - {"PCS-16", "PCS-17", "PCS-19"}
