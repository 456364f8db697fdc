#!/usr/bin/python3
"""What a bench costs in Python (`./dev bench`): P5 created, run and destroyed, apart from RSA;
the same case as YAML files; memory over many benches. CPU time, of which RSA is taken off by the
clock: a busy machine shows too little. With PYTHONPATH=build/python.
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import uketsuke

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASE = "p5_emergency_reception_from_the_general_account"


def p5():
    """The first row of that scenario."""
    with uketsuke.Bench(reader="generic", page=["P2", "P5"], id=CASE) as bench:
        terminal, card, ehr = bench.terminal, bench.card, bench.ehr
        bench.reader.compare_photo("match", by="hospital_staff", id="P2-e4")
        terminal.click("マイナンバーカードで確認", by="reception_staff", id="P5-1",
                       expect={"terminal_screen": "confirm_by_card", "account": "general"})
        terminal.click("マイナンバーカードの券面で目視確認", by="reception_staff", id="P5-2",
                       expect={"terminal_screen": "card_face_form"})
        terminal.tick("目視で本人確認完了", by="reception_staff", id="P5-3")
        terminal.enter_date("today", by="reception_staff", id="P5-4")
        card.place(by="family", id="P5-6", expect={
            "identity": "confirmed", "consent": "not_asked", "eligibility": "checked"})
        bench.expect(terminal_screen="eligibility_detail", id="P5-7")
        card.remove(by="family", id="P5-8", expect={"card": "absent"})
        ehr.judge("necessary", by="physician", id="P2-c4")
        ehr.request_emergency_view(
            consent="consent_unobtainable", by="physician", id=["P2-c7", "P2-n3"],
            expect={"emergency_view": "returned", "ehr_screen": "summary"})
        bench.check(backend={
            "identity_history": [
                {"holder": "hanako", "by": "my_number_card", "confirmed": "visually"}],
            "consent": [{"holder": "hanako", "consent": "not_asked"}]},
            terminal={"account": "general"}, ordinary_view="refused", emergency_view="returned")
    assert bench.result.ok, bench.result
    return bench.result.rsa_us


def in_yaml(program, runs):
    """Milliseconds of CPU of one run apart from RSA, each of a file of its own, in one process."""
    text = (ROOT / "scenarios/hospital_flow" / f"{CASE}.yaml").read_text(encoding="utf-8")
    begin = text.index("examples:")
    text = text[:begin] + text[text.index("covers:"):]
    row = {"example": "P2-e4", "confirmer": "hospital_staff", "placer": "family"}
    for name, value in row.items():
        text = text.replace("${" + name + "}", value)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "s").mkdir()
        for i in range(runs):
            (folder / "s" / f"p5_{i}.yaml").write_text(text.replace(CASE, f"p5_{i}"), "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(program), "run", str(folder / "s"), "--in-process", "--out",
                        str(folder / "out")], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = json.loads((folder / "out/results.json").read_text("utf-8"))["scenarios"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert len(rows) == runs
    return (cpu * 1000 - sum(row["rsa_us"] for row in rows) / 1000) / runs


def resident_kb():
    return int(pathlib.Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4


def main():
    program = pathlib.Path(sys.argv[1])
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    p5()  # loads the data
    runs = 500
    begin = time.process_time()
    rsa_us = sum(p5() for _ in range(runs))
    mine = ((time.process_time() - begin) * 1000 - rsa_us / 1000) / runs
    yaml = in_yaml(program, runs)
    begin = resident_kb()
    marks = []
    for i in range(many):
        uketsuke.Bench()
        if (i + 1) % (many // 10) == 0:
            marks.append(resident_kb())
    print(f"Python: P5 created, run and destroyed in {mine:.2f} ms apart from RSA "
          f"(under 3 ms wanted), {mine / yaml:.2f} times the same file in YAML "
          f"({yaml:.2f} ms; at most 2 wanted)")
    print(f"Python: {many} benches, memory {begin / 1024:.1f} MB before, {marks[0] / 1024:.1f} MB "
          f"after a tenth, {marks[-1] / 1024:.1f} MB after all")


if __name__ == "__main__":
    main()
