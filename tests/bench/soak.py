#!/usr/bin/python3
"""The soak of `./dev soak`: the hospital flow again and again in one process, with growing seeds.

Fails if a run is not good, if the same seed gives another journal, or if a run leaves more behind
than its place in the report. Then every kind of fault on every wire of the hospital flow: fails if
an outcome is not allowed. Then what is bound is pulled, again and again (tests/integration/pull):
fails if that is not told, hangs, leaks or harms the next.
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
LEFT_BYTES, WARM_KB = 256, 2048  # by a run; what the first ones do not need yet


def run(repeat, out):
    """Peak memory in kB."""
    process = subprocess.Popen([str(PROGRAM), "run", str(SUITE), "--in-process", "--repeat",
                                str(repeat), "--out", str(out)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"soak: {repeat} repetitions: exit {os.waitstatus_to_exitcode(status)}; see {out}")
    return usage.ru_maxrss


def digests(out):
    """Of every run."""
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["scenarios"]
    return {(r["name"], r["repetition"]): r["journal_digest"] for r in results}


def sweep(out):
    """Whether every outcome of the sweep is allowed."""
    command = [str(PROGRAM), "sweep", str(SUITE), "-j2", "--out", str(out)]
    status = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    report = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    print(f"sweep: {report['points']} points of {report['scenarios']} scenarios, "
          f"{report['not_allowed_count']} outcomes that are not allowed, "
          f"{report['wall_us'] / 1e6:.1f} s")
    for entry in report["not_allowed"]:
        print(f"  {entry['outcome']}: {entry['scenario']} {entry['fault']}: {entry['what']}")
    return status == 0


def pull(rounds):
    command = [sys.executable, str(ROOT / "tests/integration/pull/soak.py"), str(PROGRAM),
               str(ROOT / "scenarios"), str(rounds)]
    return subprocess.run(command, check=False).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=200)
    parser.add_argument("--pulls", type=int, default=200, help="rounds; 0: none")
    arguments = parser.parse_args()
    repeat = arguments.repeat
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        few_kb = run(max(repeat // 10, 1), base / "few")
        many_kb = run(repeat, base / "many")
        # Only now: what this process has is counted as its next child's.
        few, many = digests(base / "few"), digests(base / "many")
        swept = sweep(base / "sweep")
    pulled = arguments.pulls == 0 or pull(arguments.pulls)
    more = len(many) - len(few)
    grown = many_kb - few_kb > WARM_KB + more * LEFT_BYTES / 1024
    changed = [key for key, digest in few.items() if many[key] != digest]
    print(f"{len(many)} runs; peak memory {few_kb / 1024:.1f} MB after {len(few)} runs, "
          f"{many_kb / 1024:.1f} MB after all; journals that differ: {len(changed)}")
    sys.exit(1 if changed or grown or not (swept and pulled) else 0)


if __name__ == "__main__":
    main()
