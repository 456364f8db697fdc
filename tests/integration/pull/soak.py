"""The pulling of `./dev soak`: soak.py PROGRAM DATA ROUNDS; a table. Exits with 1 if anything was
wrong: no verdict, nothing said, the next scenario did not pass, something grew."""

import pathlib
import sys
import tempfile

import damage
from pull import P3, P5, SLOWNESS, Series, plan_of

SPEED = 100 / SLOWNESS
GROWTH_KB = 2048


def row(name, series):
    verdicts = {}
    for count in series.verdicts.values():
        for verdict, times in count.items():
            verdicts[verdict] = verdicts.get(verdict, 0) + times
    memory = [f"{prints[len(prints) // 4].kilobytes}..{prints[-1].kilobytes}"
              for prints in series.footprints.values()]
    print(f"{name:8} {len(series.plan):6} " +
          " ".join(f"{verdicts.get(v, 0):6}" for v in ("pass", "fail", "inconc", "error")) +
          f" {series.retries:7} {len(series.problems):8} {memory[0]:>15} {memory[1]:>15}",
          flush=True)
    wrong = series.problems + series.leaks(GROWTH_KB)
    for problem in wrong:
        print("  " + problem.replace("\n", "\n  "))
    return not wrong


def main():
    program, data = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    rounds = int(sys.argv[3])
    print(f"{'':8} {'pulled':>6} {'pass':>6} {'fail':>6} {'inconc':>6} {'error':>6} "
          f"{'again':>7} {'problems':>8} {'run, kB':>15} {'serve, kB':>15}")
    plans = {"P5": (P5, plan_of(P5, rounds)), "P3": (P3, plan_of(P3, rounds)),
             "hostile": (P5, [(fault, P5.placed) for fault in damage.faults()]
                         * max(1, rounds // 10))}
    good = True
    for name, (expected, plan) in plans.items():
        with tempfile.TemporaryDirectory() as folder:
            good = row(name, Series(program, data, pathlib.Path(folder), expected, plan,
                                    SPEED)) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
