"""A stand-in for a real card at a face-auth reader: P3 with its visual passcode, ordinary reception
by face and by PIN; hands by a program that writes all that it knows on its standard error."""

import pathlib
import sys

import pytest

from conftest import HANDS, of_hanako, one_row, verdicts

P3 = "p3_emergency_reception_on_the_reader"
FACE, PIN = "ordinary_reception_with_face_authentication", "ordinary_reception_with_pin"
BETWEEN = pathlib.Path(__file__).parent / "panel_between.py"


def program(bench, stand_in, mode="good"):
    """The panel's binding, and the file with what was typed."""
    notes = bench.private / "typed"
    card = {secret.name: secret.value for secret in stand_in.secrets
            if isinstance(secret.value, str)}
    pathlib.Path(f"{notes}.card").write_text(str(card), encoding="utf-8")
    return f"exec:{sys.executable} {BETWEEN} {HANDS} {notes} {mode}", notes


def typed(notes):
    """Texts by what they were typed into."""
    return dict(line.split(" ") for line in notes.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("knows", [True, False])
def test_a_passcode_of_the_run_and_a_face(bench, flow, stand_in, knows):
    bench.identified()
    bench.serve(reader="face")
    panel, notes = program(bench, stand_in)
    file = bench.bench_file(panel=panel, may_lock=True)  # face: no retry query is known
    wanted = "pass" if knows else "fail"
    # A PIN goes by PC_to_RDR_Secure here, which the guard lets nobody have.
    for name, language, verdict in ((P3, "both", wanted), (FACE, "en", wanted),
                                    (PIN, "ja", "none")):
        done = bench.run(of_hanako(flow(name), one_row), file, "--lang", language, knows=knows)
        assert verdicts(done) == [verdict], done.text
    seen = typed(notes)
    assert len(seen["visual_passcode"]) == 6
    assert bench.found(models=["serve.jsonl"], passcode=seen["visual_passcode"]) == []


@pytest.mark.parametrize("mode", ["crash", "garbage"])
def test_a_program_that_breaks(bench, flow, stand_in, mode):
    bench.identified()
    bench.serve(reader="face")
    panel, notes = program(bench, stand_in, mode)
    done = bench.run(of_hanako(flow(P3), one_row), bench.bench_file(panel=panel), "--lang", "both")
    assert verdicts(done) == ["error"], done.text
    assert bench.found(models=["serve.jsonl"], passcode=typed(notes)["visual_passcode"]) == []
