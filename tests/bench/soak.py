#!/usr/bin/python3
"""The soak of `./dev soak`: the hospital flow again and again in one process, with growing seeds.

Fails if a run is not good, if the same seed gives another journal, or if memory grows with the
number of runs (more than a tenth beyond that of a tenth of the runs).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "uketsuke"
SUITE = ROOT / "scenarios" / "hospital_flow"


def run(repeat, out):
    """Peak memory in kB and the digest of every run."""
    process = subprocess.Popen([str(PROGRAM), "run", str(SUITE), "--in-process", "--repeat",
                                str(repeat), "--out", str(out)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"soak: {repeat} repetitions: exit {os.waitstatus_to_exitcode(status)}; see {out}")
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["scenarios"]
    return usage.ru_maxrss, {(r["name"], r["repetition"]): r["journal_digest"] for r in results}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=200)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        few_kb, few = run(max(repeat // 10, 1), base / "few")
        many_kb, many = run(repeat, base / "many")
    changed = [key for key, digest in few.items() if many[key] != digest]
    print(f"{len(many)} runs; peak memory {few_kb / 1024:.1f} MB after {len(few)} runs, "
          f"{many_kb / 1024:.1f} MB after all; journals that differ: {len(changed)}")
    sys.exit(1 if changed or many_kb > 1.1 * few_kb else 0)


if __name__ == "__main__":
    main()
